"""Models on disk: ``model.safetensors`` (float32 weights, tied matrices once) and ``model.json`` (what they are)."""

import json
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

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def settings_of(values: dict[str, Any]) -> ArchitectureSettings:
    """A model's settings as their class, from plain values with all keys."""
    settings: ArchitectureSettings = import_module(module_of(values["architecture"])).Settings(**values)
    return settings


def build(settings: ArchitectureSettings, src_vocabulary: int, tgt_vocabulary: int) -> TranslationModel:
    """A new model with weights drawn from torch's current random state."""
    module = import_module(module_of(settings.architecture))
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


def load_weights(model: TranslationModel, folder: Path) -> None:
    """Copy the weights in ``folder`` into ``model``.

    Raises:
        UserError: the file is no safetensors file or holds other names or shapes.
    """
    file = folder / "model.safetensors"
    try:
        with safe_open(file, "pt") as stored:
            weights = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        parameters = dict(model.named_parameters())
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
