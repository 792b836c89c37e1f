"""A manifest beside each artefact: what made it, from what, and the checksum of every file.

``manifest.json`` in a stage's folder holds

``made_by``
    the stage, its settings, the fingerprint of its code and the keys of the stages before it;
``key``
    a digest of ``made_by``: two artefacts with one key are meant to be the same;
``inputs``
    the manifests it was made from, as ``{path below results: sha256}``;
``files``
    ``{name: {"sha256": ..., "bytes": ...}}`` for every file of the artefact;
``facts``
    counts worth keeping (never times: two equal runs give equal manifests);
``checksum``
    a digest of all the rest, so that damage to the manifest itself is noticed (earlier versions had none).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkd.errors import UserError
from seqkd.files import digest, sha256, write_json

NAME = "manifest.json"
FIELDS: dict[str, type] = {"made_by": dict, "key": str, "inputs": dict, "files": dict, "facts": dict}


@dataclass(frozen=True)
class Manifest:
    """A manifest as read from disk; see the module's docstring for the fields."""

    made_by: dict[str, Any]
    key: str
    inputs: dict[str, str]
    files: dict[str, dict[str, Any]]
    facts: dict[str, Any]


def write(
    path: Path,
    made_by: dict[str, Any],
    inputs: dict[str, str],
    files: list[str],
    facts: dict[str, Any],
) -> None:
    """Write the manifest at ``path`` for ``files`` (names relative to its folder), checksums included."""
    described = {}
    for name in sorted(files):
        file = path.parent / name
        described[name] = {"sha256": sha256(file), "bytes": file.stat().st_size}
    content = {"made_by": made_by, "key": digest(made_by), "inputs": inputs, "files": described, "facts": facts}
    write_json(path, content | {"checksum": digest(content)})


def parse(text: str) -> Manifest:
    """A manifest from its text.

    Raises:
        ValueError: it is damaged, or of a version with other fields; says which.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError(str(error)) from None
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    checksum = content.pop("checksum", None)
    if content.keys() != FIELDS.keys():
        parts = [f"lacks {name}" for name in FIELDS if name not in content]
        parts += [f"holds {name}" for name in content if name not in FIELDS]
        raise ValueError(f"written by another version of seqkd, or damaged: it {', '.join(parts)}")
    if checksum not in (None, digest(content)):
        raise ValueError("damaged or edited: its own checksum differs")
    wrong = [name for name, kind in FIELDS.items() if not isinstance(content[name], kind)]
    wrong += [name for name, about in content["files"].items() if not _describes(about)] if not wrong else []
    if wrong:
        raise ValueError(f"{wrong[0]} is not what it should be")
    return Manifest(**content)


def _describes(about: Any) -> bool:
    """Whether this is what ``write`` says about a file."""
    return isinstance(about, dict) and isinstance(about.get("sha256"), str) and isinstance(about.get("bytes"), int)


def read(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        UserError: the file is missing, damaged, or of a version with other fields.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: no readable manifest ({error}). Delete the folder {path.parent} and run the same command again; "
            "it is then made anew."
        ) from None


def verify(path: Path) -> Manifest:
    """Read a manifest and check every file it names against size and checksum.

    Raises:
        UserError: a file is missing or differs; names the file and the next step.
    """
    found = read(path)
    for name, described in found.files.items():
        file = path.parent / name
        if not file.is_file():
            trouble = "is missing"
        elif file.stat().st_size != described["bytes"]:
            trouble = f"has {file.stat().st_size} bytes instead of {described['bytes']}"
        elif sha256(file) != described["sha256"]:
            trouble = "has changed since it was made (its SHA-256 differs)"
        else:
            continue
        raise UserError(
            f"{file}: {trouble}, says {path}. Delete {path} and run the same command again; "
            "the folder is then made anew."
        )
    return found
