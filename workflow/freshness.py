"""Which results on disk are not what the plan would make: found by their manifests, whatever dates and records say."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from seqkd.files import sha256
from seqkd.manifest import NAME
from workflow.plan import Plan, Step

Stale = dict[str, str]
"""Manifest as the rules name it, ``results/...``, to what differs; "" where only something before it differs."""


def stale(plan: Plan, results: Path) -> Stale:
    """Every manifest of the plan that is there but would be made otherwise; Snakemake finds the missing ones."""
    digest_of = cache(lambda name: sha256(results / name) if (results / name).is_file() else None)
    found: Stale = {}
    for step in plan.steps.values():
        for manifest in manifests(step, results):
            reason = _difference(step, manifest, digest_of)
            if reason is not None:
                found[manifest.as_posix()] = reason
    return found


def manifests(step: Step, results: Path) -> list[Path]:
    """The step's manifests that are there: one, or one for each decode shard."""
    folder = results / step.path
    if step.rule == "decode":
        return sorted(folder.glob(f"*.{NAME}"))
    return [folder / NAME] if (folder / NAME).is_file() else []


def _difference(step: Step, manifest: Path, digest_of: Callable[[str], str | None]) -> str | None:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        key, made_by, inputs, files = (content[name] for name in ("key", "made_by", "inputs", "files"))
        sizes = {name: described["bytes"] for name, described in files.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return "its manifest is unreadable"
    if key != step.key:
        return ", ".join(changes(made_by, step.made_by))
    if other := [name for name, known in inputs.items() if digest_of(name) not in (None, known)]:
        return f"made from another {other[0]}"
    if lost := [name for name, size in sizes.items() if _size(manifest.parent / name) != size]:
        return f"{lost[0]} is missing or has another size"
    return None


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


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
