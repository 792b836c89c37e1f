"""What a teacher knows at the positions of a training set: its most probable words, stored once."""

from typing import Any

READING = "seqkd.teacher.reading"
"""Loaded by name, and named to the fingerprint: an edit of it touches no student that runs its teacher."""


def modules_of_stored(settings: dict[str, Any]) -> list[str]:
    """Modules that a training with these settings loads by name."""
    return [READING] if "teacher_top_k" in settings else []
