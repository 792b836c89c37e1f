"""A checksum over arrays, for the files that a killed job leaves to the next one: no manifest covers those yet."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

NAME = "sha256"
"""Key of the checksum in the metadata of a safetensors file."""


def checksum(arrays: Mapping[str, npt.NDArray[Any]], note: str = "") -> str:
    """Hexadecimal SHA-256 over a note and the names, dtypes, shapes and bytes of arrays, sorted by name."""
    sha = hashlib.sha256(note.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        sha.update(f"\0{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        sha.update(array.data)
    return sha.hexdigest()
