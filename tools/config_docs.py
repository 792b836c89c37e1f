"""Write docs/config.md and docs/config.schema.json from the settings classes: ``python tools/config_docs.py``."""

import json
from collections.abc import Iterator
from pathlib import Path

from seqkd.config import Config
from seqkd.config.sections import TrainingChanges
from seqkd.config.value_types import Schema, subsections, type_of
from seqkd.training.settings import TrainingSettings
from seqkd.utils.files import write_text

DOCS = Path(__file__).parents[1] / "docs"
INTRODUCTION = """\
# The config

Generated from the settings classes by `python tools/config_docs.py`; do not edit by hand.

One YAML file describes one experiment: `config.yaml` in the run folder, or else the one in the clone, or the file that
`--configfile FILE` names. Several files are merged, later ones win, and `--config title=...` wins over all. Numbers may
be written `0.001` or `1e-3`. A key that is not listed here is refused, with the nearest valid one as a suggestion.
Editors that support JSON Schema complete and check the file if its first line is

    # yaml-language-server: $schema=docs/config.schema.json

(a path relative to the file). Editing a key reruns the steps that read it and nothing else. Machine settings (cores,
memory) are not part of the config.
"""
RULES = """\
## How settings combine

- A teacher is trained with `training`, overridden by its own keys.
- A student is trained with `training`, overridden by `fine_tuning` if it has `init_from`, and then by its own keys.
- A pruned model is retrained with `training`, overridden by `retraining`; targets, loss and teacher are those of the
  model that was pruned.
- `loss` names objectives, the files in `seqkd/losses`: `nll`, or weights such as `{nll: 0.5, word-kd: 0.5}`, or
  `{nll: 0.5, word-kd: {weight: 0.5, key: ...}}` for an objective with settings.
- `init_from` continues from a student of the same seed, or from a teacher. A teacher, as `init_from` or as `teacher`,
  is represented by its first seed unless `teacher_seed` is a number or `same`.
- Names of teachers, students, models and test sets consist of lower-case letters, digits and `. + _ -`, at most 64
  characters. A teacher and a student cannot have the same name.
"""

INHERITING = ("TeacherSettings", "StudentSettings")
"""Sections that take every key of `training` in addition to their own."""


def schema() -> Schema:
    """JSON schema of a config file (draft 2020-12), for editors."""
    config = Config.model_json_schema()
    inherited = TrainingSettings.model_fields.keys()
    for name in (TrainingChanges.__name__, *INHERITING):
        for key in inherited:  # the default of such a key is its value in `training`
            config["$defs"][name]["properties"][key].pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | config


def page() -> str:
    """docs/config.md."""
    root = schema()
    sections = [INTRODUCTION, RULES, *_section("", root, root, {})]
    return "\n".join(section.rstrip() + "\n" for section in sections)


def _section(path: str, node: Schema, root: Schema, documented: dict[str, str]) -> Iterator[str]:
    """The table of a section's keys, then its subsections; ``documented`` has the path of each class with a table."""
    fields = {key: field for key, field in node["properties"].items() if not _is_inherited(node, key)}
    rows = [_row(key, field, key in node.get("required", []), root) for key, field in fields.items()]
    yield "\n".join(["| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows])
    for key, field in fields.items():
        for suffix, inner in subsections(field, root):
            inner_path, title = f"{path}.{key}{suffix}".lstrip("."), inner["title"]
            heading = f"{'###' if path else '##'} {_heading(inner_path)}\n\n"
            if title == TrainingChanges.__name__:
                yield f"{heading}{field['description']} Every key of `training` is allowed."
            elif title not in documented:
                documented[title] = inner_path
                yield heading + _description(inner)
                yield from _section(inner_path.split(" ")[0], inner, root, documented)
            elif documented[title] != inner_path:
                yield f"{heading}{field['description']} Its keys are those of {_heading(documented[title])}."


def _heading(path: str) -> str:
    key, _, kind = path.partition(" ")
    return f"`{key}`{f' with `{kind}`' if kind else ''}"


def _is_inherited(node: Schema, key: str) -> bool:
    return node["title"] in INHERITING and key in TrainingSettings.model_fields


def _description(inner: Schema) -> str:
    more = " Every key of `training` is allowed too." if inner["title"] in INHERITING else ""
    return " ".join(inner["description"].split()).replace("``", "`") + more


def _row(key: str, field: Schema, required: bool, root: Schema) -> str:
    default = "required" if required else f"`{json.dumps(field['default'])}`" if "default" in field else ""
    kind = type_of(field, root)
    if kind.startswith("section") and not required:
        default = "see below" if field["default"] else "none"
    description = " ".join(field.get("description", "").split()).replace("|", "\\|")
    return f"| `{key}` | {kind} | {default} | {description} |"


def main() -> None:
    """Write both files."""
    write_text(DOCS / "config.md", page())
    write_text(DOCS / "config.schema.json", json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
