"""Stored and imported teachers: the top-k distributions of a teacher on a training set, and teachers of other runs."""

from typing import Any

READING = "seqkd.teacher.reading"
"""Loaded by name and listed in the fingerprint, so that an edit does not affect students with an online teacher."""


def modules_of_stored(settings: dict[str, Any]) -> list[str]:
    """Modules that a training with these settings loads by name."""
    return [READING] if "teacher_top_k" in settings else []
