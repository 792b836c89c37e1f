"""pydantic's errors as readable lines: ``key: value found; what is allowed; next step``."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

NAME_RULE = (
    "a name has lower-case letters, digits and . + _ -, at most 64 characters, and begins with a letter or digit: it "
    "names a folder"
)
COMPLETE = ("missing", "extra_forbidden", "union_tag_not_found", "value_error")
"""Types of error whose message does not need the value found in front of it."""
TAGS = ("source", "architecture")
"""Keys that select a class of a union."""
SECTION_ERRORS = ("model_type", "model_attributes_type", "dict_type")


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean ...?`` for the allowed name that is most similar, or nothing."""
    matches = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {matches[0]}?" if matches else ""


def error_lines(error: ValidationError, data: Any, root: type[BaseModel]) -> list[str]:
    """One line for each key that is wrong; ``data`` is what was validated against ``root``."""
    by_path: dict[Path, dict[str, str]] = {}
    for details in error.errors():
        path = tuple(_path(details, data))
        complete = details["type"] in COMPLETE or details["loc"][-1] == "[key]"
        value = "" if complete else f"found {shorten(_value(data, path))}; "
        by_path.setdefault(path, {})[_message(details, path, data, root)] = value
    return [
        f"{'.'.join(str(key)[:80] for key in path)}: "
        f"{list(messages.values())[-1]}{' or '.join(messages).replace(' or must be ', ' or ')}"
        for path, messages in by_path.items()
    ]


def reject_booleans(data: Any, root: type[BaseModel], path: Path = ()) -> Iterator[str]:
    """A line for each true or false where a number is expected: pydantic would accept it as 1 or 0."""
    if isinstance(data, dict | list):
        items: Iterable[tuple[Any, Any]] = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from reject_booleans(value, root, (*path, key))
    elif isinstance(data, bool):
        *section, key = [key for key in path if isinstance(key, str)] or [""]
        fields = [cls.model_fields[key] for cls in _classes_at(root, tuple(section)) if key in cls.model_fields]
        types = {type_ for field in fields for type_ in _types(field.annotation)}
        if bool not in types and types & {int, float}:
            yield f"{'.'.join(map(str, path))}: found {str(data).lower()}; must be a number"


def _types(annotation: Any) -> Iterator[Any]:
    """Every type inside an annotation such as ``list[int] | None``."""
    yield annotation
    for argument in get_args(annotation):
        yield from _types(argument)


def _path(details: ErrorDetails, data: Any) -> Iterator[str | int]:
    """The keys as written in the file: pydantic's location without union tags and validator steps."""
    for key in details["loc"]:
        if _has_key(data, key):
            yield key
            data = data[key]
    if details["type"] == "missing":
        yield details["loc"][-1]
    elif details["type"] == "union_tag_invalid":
        yield details["ctx"]["discriminator"].strip("_()'")  # a field, or a function named after one


def _has_key(data: Any, key: str | int) -> bool:
    return key in data if isinstance(data, dict) else isinstance(data, list) and isinstance(key, int)


def _message(details: ErrorDetails, path: Path, data: Any, root: type[BaseModel]) -> str:
    kind, message = details["type"], details["msg"]
    if kind == "missing":
        return "is missing and has no default; write it"
    if kind == "extra_forbidden":
        return _unknown_key(path, data, root)
    if kind == "union_tag_not_found":
        tags = [tag for cls in _classes_at(root, path) for tag in _tags(cls)]
        return f"has no `{tags[0][0]}`; write one of {', '.join(f'`{key}: {value}`' for key, value in tags)}"
    if kind == "union_tag_invalid":
        return f"must be one of {details['ctx']['expected_tags']}"
    if details["loc"][-1] == "[key]":
        key = json.dumps(details["input"], default=str)
        return NAME_RULE if kind != "string_type" else f'the name {key} is not text in YAML; write "{key}"'
    if kind in SECTION_ERRORS:
        return "must be a section, keys and values indented below it"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    message = re.split(", unable to parse|, got a number| after validation", message)[0]
    message = re.sub("^(Input|List|Dictionary|String) should", "must", message)
    return f"{message[0].lower()}{message[1:]}"


def _unknown_key(path: Path, data: Any, root: type[BaseModel]) -> str:
    key, section = str(path[-1]), _value(data, path[:-1])
    classes_here = _classes_at(root, path[:-1])
    selected = [cls for cls in classes_here if any(_value_or_default(cls, section, k) == tag for k, tag in _tags(cls))]
    allowed = list(dict.fromkeys(field for cls in selected or classes_here for field in cls.model_fields))
    if suggestion := did_you_mean(key, allowed):
        return f"unknown key{suggestion}"
    if tags := [tag for cls in classes_here if key in cls.model_fields for tag in _tags(cls)]:
        return f"unknown key; it is only allowed with `{': '.join(tags[0])}`"
    if sections := ", ".join(_sections_with(root, key)):
        return f"unknown key; `{key}` belongs below {sections}"
    return f"unknown key; allowed here: {', '.join(allowed) or 'none'}"


def _value(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def shorten(value: Any) -> str:
    """The value as Python writes it, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every settings class inside a type such as ``dict[str, A | B]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument)


def _classes_at(root: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The settings classes that the section at ``path`` may have."""
    current = [root]
    for key in path:
        fields = [cls.model_fields[str(key)] for cls in current if str(key) in cls.model_fields]
        if fields:
            current = [cls for field in fields for cls in classes(field.annotation)]
    return current


def _tags(cls: type[BaseModel]) -> list[tuple[str, str]]:
    """The key that selects this class of a union, and its value for it; empty for other classes."""
    return [(key, get_args(cls.model_fields[key].annotation)[0]) for key in TAGS if key in cls.model_fields]


def _value_or_default(cls: type[BaseModel], section: Any, key: str) -> Any:
    return section.get(key, cls.model_fields[key].default)


def _sections_with(root: type[BaseModel], key: str) -> Iterator[str]:
    """Sections of the config that have ``key``."""
    for name, field in root.model_fields.items():
        for cls in classes(field.annotation):
            if key in cls.model_fields:
                yield f"`{name}:`"
                break
            subsections = [
                subsection
                for subsection, inner in cls.model_fields.items()
                if any(key in c.model_fields for c in classes(inner.annotation))
            ]
            if subsections:
                yield f"`{name}.{subsections[0]}:`"
                break
