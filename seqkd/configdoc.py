"""Write docs/config.md and docs/config.schema.json from the settings classes: ``python -m seqkd.configdoc``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.config import Config
from seqkd.config.error_messages import TAGS
from seqkd.config.sections import TrainingChanges
from seqkd.files import write_text
from seqkd.training.settings import TrainingSettings

DOCS = Path(__file__).parents[1] / "docs"
INTRODUCTION = """\
# The config

Generated from the settings classes by `python -m seqkd.configdoc`; do not edit by hand.

One YAML file is one experiment. `config.yaml` in the folder of the run is read, or else that of the clone, unless
`--configfile FILE` names another; several are laid over each other, and `--config title=...` over those. Numbers may be
written `0.001` or `1e-3`. A key that is not listed here is refused, with the nearest right one. Editors that know JSON
Schema complete and check the file if its first line is

    # yaml-language-server: $schema=docs/config.schema.json

(the path being relative to the file). What a key touches is run again when it is edited, and nothing else: settings of
the machine (cores, memory) are no part of the config.
"""
RULES = """\
## How settings combine

- A teacher is trained with `training` and its own keys laid over it.
- A student is trained with `training`, over it (if it has `start`) `fine_tuning`, over that its own keys.
- A pruned model is trained on with `training` and over it `retraining`; targets, loss and teacher are those of the
  model that was pruned.
- `loss` names objectives, the files of `seqkd/losses`: `nll`, or weights such as `{nll: 0.5, word-kd: 0.5}`, or
  `{nll: 0.5, word-kd: {weight: 0.5, key: ...}}` where an objective has settings of its own.
- `start` continues a student of the same seed, or a teacher. Of a teacher, as `start` or as `teacher`, its first seed
  is taken unless `teacher_seed` is a number or `same`.
- Names of teachers, students, models and test sets have lower-case letters, digits and `. + _ -`, at most 64. No
  teacher and student share one.
"""

INHERITING = ("TeacherSettings", "StudentSettings")
"""Sections that have every key of `training` in addition to their own."""

Schema = dict[str, Any]


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
        for suffix, inner in _subsections(field, root):
            inner_path, title = f"{path}.{key}{suffix}".lstrip("."), inner["title"]
            heading = f"{'###' if path else '##'} {_heading(inner_path)}\n\n"
            if title == TrainingChanges.__name__:
                yield f"{heading}{field['description']} Every key of `training` may stand here."
            elif title not in documented:
                documented[title] = inner_path
                yield heading + _description(inner)
                yield from _section(inner_path.split(" ")[0], inner, root, documented)
            elif documented[title] != inner_path:
                yield f"{heading}{field['description']} The keys are those of {_heading(documented[title])}."


def _heading(path: str) -> str:
    key, _, kind = path.partition(" ")
    return f"`{key}`{f' with `{kind}`' if kind else ''}"


def _is_inherited(node: Schema, key: str) -> bool:
    return node["title"] in INHERITING and key in TrainingSettings.model_fields


def _description(inner: Schema) -> str:
    more = " Besides these, every key of `training`." if inner["title"] in INHERITING else ""
    return " ".join(inner["description"].split()).replace("``", "`") + more


def _subsections(field: Schema, root: Schema) -> Iterator[tuple[str, Schema]]:
    """Sections inside a field, with the suffix of its key: nothing, ``.NAME``, or the tag of a union's member."""
    if values := _mapping_values(field):
        yield from ((f".NAME{suffix}", inner) for suffix, inner in _subsections(values, root))
    elif "$ref" in field:
        yield "", _resolve(field, root)
    for choice in field.get("oneOf", []):
        inner = _resolve(choice, root)
        for tag in inner["properties"].keys() & set(TAGS):
            yield f" {tag}: {inner['properties'][tag]['const']}", inner


def _mapping_values(field: Schema) -> Schema | None:
    """The schema of the values of a mapping by name."""
    schemas = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
    return schemas[0] if isinstance(schemas[0], dict) else None


def _resolve(field: Schema, root: Schema) -> Schema:
    definition: Schema = root["$defs"][field["$ref"].rsplit("/", 1)[1]]
    return definition


def _row(key: str, field: Schema, required: bool, root: Schema) -> str:
    default = "needed" if required else f"`{json.dumps(field['default'])}`" if "default" in field else ""
    kind = kind_of(field, root)
    if kind.startswith("section") and not required:
        default = "see there" if field["default"] else "none"
    description = " ".join(field.get("description", "").split()).replace("|", "\\|")
    return f"| `{key}` | {kind} | {default} | {description} |"


def kind_of(field: Schema, root: Schema) -> str:
    """Type and bounds of a value, in words."""
    if "$ref" in field or "oneOf" in field:
        return "section" if "$ref" not in field or "properties" in _resolve(field, root) else "text"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(kind_of(choice, root) for choice in field["anyOf"]))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list, each {kind_of(field['items'], root)}"
    if field.get("type") == "object":
        return "sections by name" if any(True for _ in _subsections(field, root)) else "values by name"
    return _plain(field)


def _plain(field: Schema) -> str:
    name = {"integer": "whole number", "string": "text", "boolean": "`true`, `false`", "null": "`null`"}
    type_name = str(name.get(field["type"], field["type"]))
    signs = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
    bounds = [f"{sign}{field[key]}" for key, sign in signs.items() if key in field]
    return " ".join([type_name, ", ".join(bounds)]).strip()


def main() -> None:
    """Write both files."""
    write_text(DOCS / "config.md", page())
    write_text(DOCS / "config.schema.json", json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
