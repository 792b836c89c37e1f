"""Models on disk: ``model.safetensors`` (float32 weights, tied matrices once) and ``model.json`` (what they are)."""

import json
import logging
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from seqkd.errors import UserError
from seqkd.files import write_json, written
from seqkd.models import ArchitectureSettings, module_of
from seqkd.models.interface import TranslationModel

log = logging.getLogger(__name__)

LAYER = re.compile(r"^(encoder|decoder)\.(\d+)\.")
"""Beginning of the name of a weight in a layer."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def settings_of(values: dict[str, Any]) -> ArchitectureSettings:
    """A model's settings as their class, from plain values with all keys."""
    settings: ArchitectureSettings = import_module(module_of(values["architecture"])).Settings(**values)
    return settings


def build(settings: ArchitectureSettings, src_vocabulary: int, tgt_vocabulary: int) -> TranslationModel:
    """A new model with weights drawn from torch's current random state."""
    module = import_module(module_of(settings.architecture))
    with torch.device("cpu"):
        model: TranslationModel = module.Model(settings, src_vocabulary, tgt_vocabulary)
    return model


def save(model: TranslationModel, settings: ArchitectureSettings, vocabularies: tuple[int, int], folder: Path) -> None:
    """Write weights and description of a model to ``folder``."""
    weights = {name: weight.detach().float().contiguous() for name, weight in model.named_parameters()}
    with written(folder / "model.safetensors") as beside:
        save_file(weights, beside)
    description = {"model": settings.canonical(), "src_vocabulary": vocabularies[0], "tgt_vocabulary": vocabularies[1]}
    write_json(folder / "model.json", description)


def describe(folder: Path) -> tuple[ArchitectureSettings, int, int]:
    """Settings and vocabulary sizes of the model in ``folder``."""
    content: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return settings_of(content["model"]), content["src_vocabulary"], content["tgt_vocabulary"]


def copied_layers(wanted: int, known: int) -> list[int]:
    """Which of ``known`` layers a model with ``wanted`` ones takes over (Shleifer & Rush 2020, arXiv 2010.13002).

    Evenly spread, the first and the last among them, 12 to 3 being 0, 6, 11; a single one is the first.
    """
    return [int(i * (known - 1) / (wanted - 1) + 0.5) for i in range(wanted)] if wanted > 1 else [0]


def load_start(model: TranslationModel, folder: Path) -> None:
    """Copy the weights in ``folder`` into ``model``, which may have fewer layers.

    Raises:
        UserError: as ``load_weights`` does.
    """
    wanted = layers_of(name for name, _ in model.named_parameters())
    known = layers_of(_names(folder / "model.safetensors"))
    chosen = {side: copied_layers(wanted[side], known.get(side, 1)) for side in wanted}
    for side, layers in chosen.items():
        log.info("%s layers taken over: %s of %d", side, layers, known.get(side, 1))

    def origin(name: str) -> str:
        return LAYER.sub(lambda found: f"{found[1]}.{chosen[found[1]][int(found[2])]}.", name)

    load_weights(model, folder, {name: origin(name) for name, _ in model.named_parameters()})


def layers_of(names: Iterable[str]) -> dict[str, int]:
    """How many layers encoder and decoder have, by the names of their weights."""
    numbers: dict[str, int] = {}
    for found in filter(None, map(LAYER.match, names)):
        numbers[found[1]] = max(numbers.get(found[1], 0), int(found[2]) + 1)
    return numbers


def _names(file: Path) -> list[str]:
    """Names of the weights in a file; none where it cannot be read, which ``load_weights`` then tells."""
    try:
        with safe_open(file, "pt") as stored:
            return list(stored.keys())
    except (OSError, SafetensorError):
        return []


def load_weights(model: TranslationModel, folder: Path, origins: dict[str, str] | None = None) -> None:
    """Copy the weights in ``folder`` into ``model``.

    Args:
        origins: each weight's name in the file, where that may be another; then layers may be left over.

    Raises:
        UserError: the file is no safetensors file or holds other names or shapes.
    """
    file = folder / "model.safetensors"
    try:
        with safe_open(file, "pt") as stored:
            weights = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        parameters = dict(model.named_parameters())
        if origins is not None:
            weights = {name: weights[origin] for name, origin in origins.items()}
        if unknown := weights.keys() - parameters.keys():
            raise KeyError(f"it also holds {', '.join(sorted(unknown))}")
        with torch.no_grad():
            for name, parameter in parameters.items():
                if weights[name].shape != parameter.shape:
                    raise KeyError(f"{name} has shape {list(weights[name].shape)}, expected {list(parameter.shape)}")
                parameter.copy_(weights[name])
    except (OSError, KeyError, SafetensorError) as error:
        raise UserError(
            f"{file}: not the weights of this model ({error}). Delete the folder {folder} and run again."
        ) from None


def load(folder: Path, precision: str = "float32") -> TranslationModel:
    """The model in ``folder`` for use, not for training: eval mode, no gradients, in the given precision."""
    model = build(*describe(folder))
    load_weights(model, folder)
    return model.to(DTYPES[precision]).eval().requires_grad_(False)
