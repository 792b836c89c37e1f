"""Write docs/config.md and docs/config.schema.json from the settings classes: ``python -m seqkd.configdoc``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.config import Config
from seqkd.config.mistakes import TAGS
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

CHANGED = ("TeacherSettings", "StudentSettings")
"""Sections that hold every key of `training` besides their own."""

Schema = dict[str, Any]


def schema() -> Schema:
    """JSON schema of a config file (draft 2020-12), for editors."""
    found = Config.model_json_schema()
    inherited = TrainingSettings.model_fields.keys()
    for name in (TrainingChanges.__name__, *CHANGED):
        for key in inherited:  # left out, such a key is what `training` says
            found["$defs"][name]["properties"][key].pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def page() -> str:
    """docs/config.md."""
    whole = schema()
    parts = [INTRODUCTION, RULES, *_section("", whole, whole, {})]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _section(path: str, node: Schema, whole: Schema, told: dict[str, str]) -> Iterator[str]:
    """The table of one section's keys, then its sections; ``told`` has those that a table was given for, by class."""
    own = {key: field for key, field in node["properties"].items() if not _is_inherited(node, key)}
    rows = [_row(key, field, key in node.get("required", []), whole) for key, field in own.items()]
    yield "\n".join(["| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows])
    for key, field in own.items():
        for suffix, inner in _inside(field, whole):
            where, title = f"{path}.{key}{suffix}".lstrip("."), inner["title"]
            heading = f"{'###' if path else '##'} {_heading(where)}\n\n"
            if title == TrainingChanges.__name__:
                yield f"{heading}{field['description']} Every key of `training` may stand here."
            elif title not in told:
                told[title] = where
                yield heading + _about(inner)
                yield from _section(where.split(" ")[0], inner, whole, told)
            elif told[title] != where:
                yield f"{heading}{field['description']} The keys are those of {_heading(told[title])}."


def _heading(where: str) -> str:
    place, _, kind = where.partition(" ")
    return f"`{place}`{f' with `{kind}`' if kind else ''}"


def _is_inherited(node: Schema, key: str) -> bool:
    return node["title"] in CHANGED and key in TrainingSettings.model_fields


def _about(inner: Schema) -> str:
    more = " Besides these, every key of `training`." if inner["title"] in CHANGED else ""
    return " ".join(inner["description"].split()).replace("``", "`") + more


def _inside(field: Schema, whole: Schema) -> Iterator[tuple[str, Schema]]:
    """Sections inside a field, with what stands behind its key: nothing, a name, or which of several kinds it is."""
    if named := _named(field):
        yield from ((f".NAME{suffix}", inner) for suffix, inner in _inside(named, whole))
    elif "$ref" in field:
        yield "", _resolve(field, whole)
    for choice in field.get("oneOf", []):
        inner = _resolve(choice, whole)
        for tag in inner["properties"].keys() & set(TAGS):
            yield f" {tag}: {inner['properties'][tag]['const']}", inner


def _named(field: Schema) -> Schema | None:
    """The schema of the values of a mapping by name."""
    found = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
    return found[0] if isinstance(found[0], dict) else None


def _resolve(field: Schema, whole: Schema) -> Schema:
    found: Schema = whole["$defs"][field["$ref"].rsplit("/", 1)[1]]
    return found


def _row(key: str, field: Schema, required: bool, whole: Schema) -> str:
    default = "needed" if required else f"`{json.dumps(field['default'])}`" if "default" in field else ""
    kind = kind_of(field, whole)
    if kind.startswith("section") and not required:
        default = "see there" if field["default"] else "none"
    about = " ".join(field.get("description", "").split()).replace("|", "\\|")
    return f"| `{key}` | {kind} | {default} | {about} |"


def kind_of(field: Schema, whole: Schema) -> str:
    """A value's type and bounds in words."""
    if "$ref" in field or "oneOf" in field:
        return "section" if "$ref" not in field or "properties" in _resolve(field, whole) else "text"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(kind_of(choice, whole) for choice in field["anyOf"]))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list, each {kind_of(field['items'], whole)}"
    if field.get("type") == "object":
        return "sections by name" if any(True for _ in _inside(field, whole)) else "values by name"
    return _plain(field)


def _plain(field: Schema) -> str:
    name = {"integer": "whole number", "string": "text", "boolean": "`true`, `false`", "null": "`null`"}
    words = str(name.get(field["type"], field["type"]))
    signs = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
    bounds = [f"{sign}{field[key]}" for key, sign in signs.items() if key in field]
    return " ".join([words, ", ".join(bounds)]).strip()


def main() -> None:
    """Write both files."""
    write_text(DOCS / "config.md", page())
    write_text(DOCS / "config.schema.json", json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
