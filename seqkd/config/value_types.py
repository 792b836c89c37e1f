"""Types and bounds of settings in words, from their JSON schema: for docs/config.md and ``seqkd losses NAME``."""

from collections.abc import Iterator
from typing import Any

from seqkd.config.error_messages import TAGS

Schema = dict[str, Any]


def type_of(field: Schema, root: Schema) -> str:
    """Type and bounds of a value, in words."""
    if "$ref" in field or "oneOf" in field:
        return "section" if "$ref" not in field or "properties" in resolve(field, root) else "text"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(type_of(choice, root) for choice in field["anyOf"]))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list, each {type_of(field['items'], root)}"
    if field.get("type") == "object":
        return "sections by name" if any(True for _ in subsections(field, root)) else "values by name"
    return _plain(field)


def _plain(field: Schema) -> str:
    name = {"integer": "whole number", "string": "text", "boolean": "`true`, `false`", "null": "`null`"}
    type_name = str(name.get(field["type"], field["type"]))
    signs = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
    bounds = [f"{sign}{field[key]}" for key, sign in signs.items() if key in field]
    return " ".join([type_name, ", ".join(bounds)]).strip()


def subsections(field: Schema, root: Schema) -> Iterator[tuple[str, Schema]]:
    """Sections inside a field, with the suffix of its key: nothing, ``.NAME``, or the tag of a union's member."""
    if values := _mapping_values(field):
        yield from ((f".NAME{suffix}", inner) for suffix, inner in subsections(values, root))
    elif "$ref" in field:
        yield "", resolve(field, root)
    for choice in field.get("oneOf", []):
        inner = resolve(choice, root)
        for tag in inner["properties"].keys() & set(TAGS):
            yield f" {tag}: {inner['properties'][tag]['const']}", inner


def _mapping_values(field: Schema) -> Schema | None:
    """The schema of the values of a mapping by name."""
    schemas = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
    return schemas[0] if isinstance(schemas[0], dict) else None


def resolve(field: Schema, root: Schema) -> Schema:
    """The definition that a reference leads to."""
    definition: Schema = root["$defs"][field["$ref"].rsplit("/", 1)[1]]
    return definition
