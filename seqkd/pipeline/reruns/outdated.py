"""Which results on disk are not what the plan would make: found by their manifests, whatever dates and records say."""

from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from seqkd.files import sha256
from seqkd.manifest import NAME, parse
from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.graph.step import Step
from seqkd.pipeline.reruns.hash_cache import KnownFiles
from seqkd.pipeline.reruns.settings_diff import changes

CACHE = Path(".state") / "changed_files.json"

TOUCHED = 100_000_000
"""Nanoseconds after its manifest in which a file counts as unchanged: Snakemake touches the outputs of an ended job."""

Stale = dict[str, str]
"""Manifest as the rules name it, ``results/...``, to what differs; "" where only something before it differs."""


def stale(plan: Plan, results: Path) -> Stale:
    """Every manifest of the plan that is there but would be made otherwise; Snakemake finds the missing ones.

    A file is hashed only where it was changed after its manifest: a finished run costs no more than looking at dates.
    """
    digest_of = cache(lambda name: sha256(results / name) if (results / name).is_file() else None)
    known = KnownFiles(results / CACHE)
    found: Stale = {}
    for step in plan.steps.values():
        for manifest in manifests(step, results):
            reason = _difference(step, manifest, digest_of, known)
            if reason is not None:
                found[manifest.as_posix()] = reason
    known.keep()
    return found


def manifests(step: Step, results: Path) -> list[Path]:
    """The step's manifests that are there: one, or one for each decode shard."""
    folder = results / step.path
    if step.rule == "decode":
        return sorted(folder.glob(f"*.{NAME}"))
    return [folder / NAME] if (folder / NAME).is_file() else []


def asked_for(plan: Plan, results: Path, rules: Collection[str], files: Iterable[str]) -> Stale:
    """The manifests of steps that the user wants to run again, by rule or file, and of all steps after those."""
    again = {folder for file in files for folder in _folders(file, results)}
    found: Stale = {}
    for step in plan.steps.values():
        if step.rule in rules or step.path in again or any(before.path in again for before in step.upstream.values()):
            again.add(step.path)
            found |= {manifest.as_posix(): "" for manifest in manifests(step, results)}
    return found


def _folders(file: str, results: Path) -> list[str]:
    """Where a step may be that has made a file, as paths below results/."""
    path = Path(file)
    return [one.as_posix() for one in path.relative_to(results).parents] if path.is_relative_to(results) else []


def _difference(step: Step, manifest: Path, digest_of: Callable[[str], str | None], known: KnownFiles) -> str | None:
    try:
        content = parse(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"its manifest is unreadable ({error})"
    if content.key != step.key:
        return ", ".join(changes(content.made_by, step.made_by))
    if other := [name for name, there in content.inputs.items() if digest_of(name) not in (None, there)]:
        return f"made from another {other[0]}"
    for name, described in content.files.items():
        if trouble := _trouble(manifest, name, described, known):
            return f"{name} {trouble}"
    return None


def _trouble(manifest: Path, name: str, described: dict[str, Any], known: KnownFiles) -> str | None:
    """What is wrong with a file by size and date of change, which no program sets back, and then by its content."""
    file = manifest.parent / name
    try:
        stat = file.stat()
        if stat.st_size != described["bytes"]:
            return "has another size"
        changed = stat.st_ctime_ns > manifest.stat().st_ctime_ns + TOUCHED
        return "has another content" if changed and known.sha256(file) != described["sha256"] else None
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
