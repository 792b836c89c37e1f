"""Translation models behind one interface, one file an architecture.

A file ``lstm.py`` here is the architecture ``lstm``. It defines ``Model``, its class, and ``Settings``, the class of
its sizes. It is imported by name and not before, so that an edit reruns the models of this architecture alone.
"""

from typing import Any

from pydantic import Field

from seqkd.settings import Settings


class ArchitectureSettings(Settings):
    """Base of the architectures' settings."""

    architecture: str = Field(description="Family of the model.")


def module_of(architecture: str) -> str:
    """Name of the module that defines ``architecture``."""
    return f"seqkd.models.{architecture}"


def modules_of_model(settings: dict[str, Any]) -> list[str]:
    """What a job with these settings loads by name: of trainings their model's module. Later jobs load it too; the key
    of the training, on which theirs depend, stands for it."""
    return [module_of(settings["model"]["architecture"])] if "model" in settings else []
