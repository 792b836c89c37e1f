"""Which results on disk are not what the plan would make: decided by manifests, whatever dates and records say."""

from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.graph.step import Step
from seqkd.pipeline.reruns.hash_cache import HashCache
from seqkd.pipeline.reruns.settings_diff import settings_diff
from seqkd.utils.files import sha256
from seqkd.utils.manifest import NAME, parse

CACHE = Path(".state") / "changed_files.json"

TOUCH_NS = 100_000_000
"""Nanoseconds after its manifest in which a file counts as unchanged: Snakemake touches outputs of a finished job."""

Outdated = dict[str, str]
"""Manifest as the rules name it, ``results/...``, to what differs; "" where only something before it differs."""


def find_outdated(plan: Plan, results: Path) -> Outdated:
    """Every manifest of the plan that exists but would be made differently; Snakemake finds the missing ones.

    A file is hashed only if it was changed after its manifest, so a finished run costs no more than reading dates.
    """
    digest_of = cache(lambda name: sha256(results / name) if (results / name).is_file() else None)
    hashes = HashCache(results / CACHE)
    outdated: Outdated = {}
    for step in plan.steps.values():
        for manifest in manifests(step, results):
            reason = _difference(step, manifest, digest_of, hashes)
            if reason is not None:
                outdated[manifest.as_posix()] = reason
    hashes.save()
    return outdated


def manifests(step: Step, results: Path) -> list[Path]:
    """The step's manifests that exist: one, or one for each decode shard."""
    folder = results / step.path
    if step.rule == "decode":
        return sorted(folder.glob(f"*.{NAME}"))
    return [folder / NAME] if (folder / NAME).is_file() else []


def find_forced(plan: Plan, results: Path, rules: Collection[str], files: Iterable[str]) -> Outdated:
    """The manifests of steps that the user forces to run, by rule or file, and of all steps after those."""
    forced = {folder for file in files for folder in _folders(file, results)}
    outdated: Outdated = {}
    for step in plan.steps.values():
        if step.rule in rules or step.path in forced or any(up.path in forced for up in step.upstream.values()):
            forced.add(step.path)
            outdated |= {manifest.as_posix(): "" for manifest in manifests(step, results)}
    return outdated


def _folders(file: str, results: Path) -> list[str]:
    """Folders below results/ around a file, one of which may be a step's path."""
    path = Path(file)
    if not path.is_relative_to(results):
        return []
    return [folder.as_posix() for folder in path.relative_to(results).parents]


def _difference(step: Step, manifest: Path, digest_of: Callable[[str], str | None], hashes: HashCache) -> str | None:
    try:
        content = parse(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"its manifest is unreadable ({error})"
    if content.key != step.key:
        return ", ".join(settings_diff(content.provenance, step.provenance))
    for name, digest in content.inputs.items():
        if digest_of(name) not in (None, digest):
            return f"made from another {name}"
    for name, entry in content.files.items():
        if problem := _problem(manifest, name, entry, hashes):
            return f"{name} {problem}"
    return None


def _problem(manifest: Path, name: str, entry: dict[str, Any], hashes: HashCache) -> str | None:
    """What is wrong with a file: by size, by date of change, which no program sets back, and then by content."""
    file = manifest.parent / name
    try:
        stat = file.stat()
        if stat.st_size != entry["bytes"]:
            return "has another size"
        changed = stat.st_ctime_ns > manifest.stat().st_ctime_ns + TOUCH_NS
        return "has another content" if changed and hashes.sha256(file) != entry["sha256"] else None
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
