"""What students learn from teachers: training targets, stored distributions, imported teachers, and pruning."""

from typing import Any

TEACHER_TOPK = "seqkd.distillation.teacher_topk"
"""Loaded by name and listed in the fingerprint, so that an edit does not affect students with an online teacher."""


def modules_of_stored(settings: dict[str, Any]) -> list[str]:
    """Modules that a training with these settings loads by name."""
    return [TEACHER_TOPK] if "teacher_top_k" in settings else []
