"""In what two results were made otherwise, for a person to read."""

import json
from collections.abc import Iterator
from typing import Any


def changes(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """What a person wants to read of two ``made_by``: each setting that differs, and whether the code does."""
    yield from _settings(before.get("settings"), now["settings"], "")
    if before.get("code") != now["code"]:
        yield "its code"


def _settings(before: Any, now: Any, where: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from _settings(before.get(key), now.get(key), f"{where}.{key}" if where else str(key))
    elif before != now:
        yield f"{where}: {_short(before)} -> {_short(now)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."
