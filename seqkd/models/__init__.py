"""Translation models behind one interface, one file per architecture.

A file ``lstm.py`` here is the architecture ``lstm``. It defines ``Model``, its class, and ``Settings``, the class of
its sizes. It is imported by name, only when needed, so that an edit reruns only the models of this architecture.
"""

from typing import Any

from pydantic import Field

from seqkd.utils.settings import Settings


class ArchitectureSettings(Settings):
    """Base class of the architectures' settings."""

    architecture: str = Field(description="Family of the model.")


def module_of(architecture: str) -> str:
    """Name of the module that defines ``architecture``."""
    return f"seqkd.models.{architecture}"


def modules_of_model(settings: dict[str, Any]) -> list[str]:
    """Modules that a job with these settings loads by name: for trainings, that of their model.

    Later jobs load it too, but their keys depend on the key of the training.
    """
    return [module_of(settings["model"]["architecture"])] if "model" in settings else []
