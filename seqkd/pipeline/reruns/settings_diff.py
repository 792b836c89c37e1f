"""Human-readable diff of the settings and code of two results."""

import json
from collections.abc import Iterator
from typing import Any


def settings_diff(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Each setting in which two ``provenance`` differ, and whether the code does."""
    yield from _diff(old.get("settings"), new["settings"], "")
    if old.get("code") != new["code"]:
        yield "its code"


def _diff(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _diff(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield f"{path}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."
