"""A manifest next to each artefact: what made it, from what, and the checksum of every file.

``manifest.json`` in a stage's folder holds

``provenance``
    the stage, its settings, the fingerprint of its code and the keys of the stages before it;
``key``
    a digest of ``provenance``: two artefacts with the same key are meant to be identical;
``inputs``
    the manifests it was made from, as ``{path below results: sha256}``;
``files``
    ``{name: {"sha256": ..., "bytes": ...}}`` for every file of the artefact;
``facts``
    counts and statistics (never times: two equal runs give equal manifests);
``checksum``
    a digest of all other fields, so that damage to the manifest itself is detected (earlier versions had none).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkd.utils.errors import UserError
from seqkd.utils.files import digest, sha256, write_json

NAME = "manifest.json"
FIELDS: dict[str, type] = {"provenance": dict, "key": str, "inputs": dict, "files": dict, "facts": dict}


@dataclass(frozen=True)
class Manifest:
    """A manifest as read from disk; the module's docstring describes the fields."""

    provenance: dict[str, Any]
    key: str
    inputs: dict[str, str]
    files: dict[str, dict[str, Any]]
    facts: dict[str, Any]


def write(
    path: Path,
    provenance: dict[str, Any],
    inputs: dict[str, str],
    files: list[str],
    facts: dict[str, Any],
) -> None:
    """Write the manifest at ``path`` for ``files`` (names relative to its folder), checksums included."""
    entries = {}
    for name in sorted(files):
        file = path.parent / name
        entries[name] = {"sha256": sha256(file), "bytes": file.stat().st_size}
    content = {"provenance": provenance, "key": digest(provenance), "inputs": inputs, "files": entries, "facts": facts}
    write_json(path, content | {"checksum": digest(content)})


def parse(text: str) -> Manifest:
    """Parse the text of a manifest.

    Raises:
        ValueError: it is damaged, or of a version with other fields; the message says which.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError(str(error)) from None
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    checksum = content.pop("checksum", None)
    if content.keys() != FIELDS.keys():
        differences = [f"lacks {name}" for name in FIELDS if name not in content]
        differences += [f"has the unknown field {name}" for name in content if name not in FIELDS]
        raise ValueError(f"written by another version of seqkd, or damaged: it {', '.join(differences)}")
    if checksum not in (None, digest(content)):
        raise ValueError("damaged or edited: its own checksum differs")
    invalid = [name for name, kind in FIELDS.items() if not isinstance(content[name], kind)]
    invalid = invalid or [name for name, entry in content["files"].items() if not _is_file_entry(entry)]
    if invalid:
        raise ValueError(f"{invalid[0]} has an invalid value")
    return Manifest(**content)


def _is_file_entry(entry: Any) -> bool:
    """Whether this is what ``write`` records of a file."""
    return isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and isinstance(entry.get("bytes"), int)


def read(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        UserError: the file is missing, damaged, or of a version with other fields.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: no readable manifest ({error}). Delete the folder {path.parent} and run the same command again "
            "to recreate it."
        ) from None


def verify(path: Path) -> Manifest:
    """Read a manifest and check the size and checksum of every file it names.

    Raises:
        UserError: a file is missing or differs; the message names the file and the next step.
    """
    manifest = read(path)
    for name, entry in manifest.files.items():
        file = path.parent / name
        if not file.is_file():
            problem = "is missing"
        elif file.stat().st_size != entry["bytes"]:
            problem = f"has {file.stat().st_size} bytes instead of {entry['bytes']}"
        elif sha256(file) != entry["sha256"]:
            problem = "has changed since it was made (its SHA-256 differs)"
        else:
            continue
        raise UserError(
            f"{file}: {problem}, according to {path}. Delete {path} and run the same command again to recreate the "
            "folder."
        )
    return manifest
