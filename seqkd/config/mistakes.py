"""pydantic's errors as lines for people: ``key: what was found, what is allowed``."""

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

NAME_RULE = (
    "a name has lower-case letters, digits and . + _ -, at most 64, the first a letter or digit: it becomes a folder"
)
TELL_ALL = ("missing", "extra_forbidden", "union_tag_not_found", "union_tag_invalid", "value_error")
"""Kinds of error whose words need no value found beside them."""
TAGS = ("source", "architecture")
"""Keys that tell the classes of a union apart."""
SECTION_ERRORS = ("model_type", "model_attributes_type", "dict_type")


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean ...?`` for the known name most like this one, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def lines(error: ValidationError, data: Any, root: type[BaseModel]) -> list[str]:
    """One line for each key that is wrong; ``data`` is what was checked against ``root``."""
    by_path: dict[Path, dict[str, str]] = {}
    for one in error.errors():
        path = tuple(_path(one, data))
        words = _words(one, path, data, root)
        found = "" if one["type"] in TELL_ALL or one["loc"][-1] == "[key]" else f", found {short(_value(data, path))}"
        by_path.setdefault(path, {})[words] = found
    return [
        f"{'.'.join(str(part)[:80] for part in path)}: {' or '.join(words)}{list(words.values())[-1]}"
        for path, words in by_path.items()
    ]


def truth_values(data: Any, root: type[BaseModel], path: Path = ()) -> Iterator[str]:
    """A line for each true or false where a number belongs: pydantic would take it for 1 or 0."""
    if isinstance(data, dict | list):
        items: Iterable[tuple[Any, Any]] = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from truth_values(value, root, (*path, key))
    elif isinstance(data, bool):
        *section, key = [part for part in path if isinstance(part, str)] or [""]
        fields = [one.model_fields[key] for one in _classes_at(root, tuple(section)) if key in one.model_fields]
        types = {part for field in fields for part in _types(field.annotation)}
        if bool not in types and types & {int, float}:
            yield f"{'.'.join(map(str, path))}: must be a number, found {str(data).lower()}"


def _types(annotation: Any) -> Iterator[Any]:
    """Every type inside an annotation such as ``list[int] | None``."""
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def _path(one: ErrorDetails, data: Any) -> Iterator[str | int]:
    """The keys as they stand in the file: pydantic's location without tags of unions and steps of validators."""
    for part in one["loc"]:
        if _holds(data, part):
            yield part
            data = data[part]
    if one["type"] == "missing":
        yield one["loc"][-1]


def _holds(data: Any, part: str | int) -> bool:
    return part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)


def _words(one: ErrorDetails, path: Path, data: Any, root: type[BaseModel]) -> str:
    kind = one["type"]
    if kind == "missing":
        return "is missing and has no default; write it"
    if kind == "extra_forbidden":
        return _unknown_key(path, data, root)
    if kind == "union_tag_not_found":
        return "needs a `source:`"
    if kind == "union_tag_invalid":
        key = one["ctx"]["discriminator"].strip("_()'")  # a field, or a function named after one
        return f"{key} must be one of {one['ctx']['expected_tags']}, found {short(one['ctx']['tag'])}"
    if one["loc"][-1] == "[key]":
        key = json.dumps(one["input"], default=str)
        return NAME_RULE if one["type"] != "string_type" else f'the name {key} is no text to YAML; write "{key}"'
    if kind in SECTION_ERRORS:
        return "must be a section, keys and values indented below it"
    message = one["msg"].split(", unable to parse")[0].split(" after validation")[0].replace("Input should", "must")
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    return f"{message[0].lower()}{message[1:]}"


def _unknown_key(path: Path, data: Any, root: type[BaseModel]) -> str:
    key, section = str(path[-1]), _value(data, path[:-1])
    here = _classes_at(root, path[:-1])
    chosen = [one for one in here if any(_value_or_default(one, section, key) == tag for key, tag in _tags(one))]
    known = list(dict.fromkeys(known for one in chosen or here for known in one.model_fields))
    if near := nearest(key, known):
        return f"unknown key{near}"
    if others := [tag for one in here if key in one.model_fields for tag in _tags(one)]:
        return f"unknown key; it goes with `{': '.join(others[0])}`"
    if homes := ", ".join(_homes(root, key)):
        return f"unknown key; `{key}` belongs below {homes}"
    return f"unknown key; known here: {', '.join(known) or 'none'}"


def _value(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def short(value: Any) -> str:
    """The value as Python writes it, its beginning where that is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every settings class inside a type such as ``dict[str, A | B]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from classes(part)


def _classes_at(root: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The settings classes that the section at ``path`` may be."""
    here = [root]
    for part in path:
        fields = [one.model_fields[str(part)] for one in here if str(part) in one.model_fields]
        if fields:
            here = [found for field in fields for found in classes(field.annotation)]
    return here


def _tags(one: type[BaseModel]) -> list[tuple[str, str]]:
    """The key that tells a class of a union from the others, and its value for this class; none elsewhere."""
    return [(key, get_args(one.model_fields[key].annotation)[0]) for key in TAGS if key in one.model_fields]


def _value_or_default(one: type[BaseModel], section: Any, key: str) -> Any:
    return section.get(key, one.model_fields[key].default)


def _homes(root: type[BaseModel], key: str) -> Iterator[str]:
    """Sections of the config that know ``key``."""
    for name, field in root.model_fields.items():
        for one in classes(field.annotation):
            if key in one.model_fields:
                yield f"`{name}:`"
                break
            inner = [
                sub
                for sub, part in one.model_fields.items()
                if any(key in c.model_fields for c in classes(part.annotation))
            ]
            if inner:
                yield f"`{name}.{inner[0]}:`"
                break
