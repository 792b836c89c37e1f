"""Models on disk: ``model.safetensors`` (float32 weights, tied matrices once) and ``model.json`` (their settings)."""

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
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from seqkd.decoding.settings import LengthLimits
from seqkd.models import ArchitectureSettings, module_of
from seqkd.models.base import TranslationModel
from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write, write_json

log = logging.getLogger(__name__)

LAYER = re.compile(r"^(encoder|decoder)\.(\d+)\.")
"""Prefix of the names of a layer's weights."""

MAX_VOCABULARY = 10**7
INVALID_DESCRIPTION = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RecursionError)
"""Exceptions from reading a description that is not one of a model."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def settings_of(values: dict[str, Any]) -> ArchitectureSettings:
    """A model's settings as an instance of their class, from plain values with all keys."""
    settings: ArchitectureSettings = import_module(module_of(values["architecture"])).Settings(**values)
    return settings


def build(settings: ArchitectureSettings, src_vocabulary: int, tgt_vocabulary: int) -> TranslationModel:
    """A new model with weights drawn from torch's current random state."""
    module = import_module(module_of(settings.architecture))
    model: TranslationModel = module.Model(settings, src_vocabulary, tgt_vocabulary)
    return model


def save(
    model: TranslationModel,
    settings: ArchitectureSettings,
    vocabularies: tuple[int, int],
    folder: Path,
    limits: LengthLimits | None = None,
) -> None:
    """Write weights and description of a model to ``folder``.

    Args:
        vocabularies: sizes of the source and the target vocabulary.
        limits: length limits of its translations; None for the defaults.
    """
    weights = {name: weight.detach().float().contiguous() for name, weight in model.named_parameters()}
    with atomic_write(folder / "model.safetensors") as tmp_path:
        save_file(weights, tmp_path)
    description = {"model": settings.canonical(), "src_vocabulary": vocabularies[0], "tgt_vocabulary": vocabularies[1]}
    write_json(folder / "model.json", description | {"search": (limits or LengthLimits()).canonical()})


def load_model_config(folder: Path) -> tuple[ArchitectureSettings, int, int]:
    """Settings and vocabulary sizes of the model in ``folder``.

    Raises:
        UserError: model.json is missing, damaged, or describes no model.
    """
    file = folder / "model.json"
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        settings = settings_of(content["model"])
        src, tgt = content["src_vocabulary"], content["tgt_vocabulary"]
        if not all(type(size) is int and 0 < size <= MAX_VOCABULARY for size in (src, tgt)):
            raise ValueError(f"vocabularies of {src!r} and {tgt!r} subwords")
    except INVALID_DESCRIPTION as error:
        raise _invalid_description(file, error) from None
    return settings, src, tgt


def length_limits(folder: Path) -> LengthLimits:
    """Length limits of translations by the model in ``folder``.

    Raises:
        UserError: model.json is missing, damaged, or has none.
    """
    file = folder / "model.json"
    try:
        return LengthLimits(**json.loads(file.read_text(encoding="utf-8"))["search"])
    except INVALID_DESCRIPTION as error:
        raise _invalid_description(file, error) from None


def _invalid_description(file: Path, error: Exception) -> UserError:
    reason = f"{type(error).__name__}: {str(error)[:300]}"
    return UserError(f"{file}: does not describe a model ({reason}). Delete the folder {file.parent} and run again.")


def select_layers(count: int, available: int) -> list[int]:
    """Which of ``available`` layers a model with ``count`` layers copies (Shleifer & Rush 2020, arXiv 2010.13002).

    Evenly spaced, including the first and the last: 0, 6, 11 for 3 of 12; a single one is the first.
    """
    return [int(i * (available - 1) / (count - 1) + 0.5) for i in range(count)] if count > 1 else [0]


def init_from(model: TranslationModel, folder: Path) -> None:
    """Copy the weights in ``folder`` into ``model``, which may have fewer layers.

    Raises:
        UserError: as ``load_weights`` does.
    """
    counts = layer_counts(name for name, _ in model.named_parameters())
    available = layer_counts(_shapes(folder / "model.safetensors"))
    copied = {side: select_layers(counts[side], available.get(side, 1)) for side in counts}
    for side, layers in copied.items():
        log.info("%s layers copied: %s of %d", side, layers, available.get(side, 1))

    def origin(name: str) -> str:
        return LAYER.sub(lambda match: f"{match[1]}.{copied[match[1]][int(match[2])]}.", name)

    load_weights(model, folder, {name: origin(name) for name, _ in model.named_parameters()})


def layer_counts(names: Iterable[str]) -> dict[str, int]:
    """Number of layers of encoder and decoder, from the names of their weights."""
    counts: dict[str, int] = {}
    for match in filter(None, map(LAYER.match, names)):
        counts[match[1]] = max(counts.get(match[1], 0), int(match[2]) + 1)
    return counts


def _shapes(file: Path) -> dict[str, list[int]]:
    """Shapes of the float32 weights in a file, read without the weights.

    Raises:
        UserError: it is not a safetensors file of float32 weights.
    """
    try:
        with safe_open(file, "pt") as weights:
            slices = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
            if dtypes := {weight.get_dtype() for weight in slices.values()} - {"F32"}:
                raise ValueError(f"it holds numbers of type {', '.join(sorted(dtypes))}, expected F32")
            return {name: weight.get_shape() for name, weight in slices.items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise _not_these_weights(file, error) from None


def _not_these_weights(file: Path, error: object) -> UserError:
    folder = file.parent
    return UserError(f"{file}: not the weights of this model ({error}). Delete the folder {folder} and run again.")


def load_weights(model: TranslationModel, folder: Path, origins: dict[str, str] | None = None) -> None:
    """Copy the weights in ``folder`` into ``model``.

    Args:
        origins: each weight's name in the file, if names differ; the file may then hold more weights.

    Raises:
        UserError: the file is not a safetensors file or holds other names or shapes.
    """
    file = folder / "model.safetensors"
    _check(model, file, origins)
    with safe_open(file, "pt") as weights, torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights.get_tensor(origins[name] if origins else name))


def _check(model: TranslationModel, file: Path, origins: dict[str, str] | None = None) -> None:
    """Compare names and shapes of the weights in a file with those of the model, which may be on the meta device."""
    shapes = _shapes(file)
    expected_shapes = {name: list(parameter.shape) for name, parameter in model.named_parameters()}
    if not origins and (unknown := shapes.keys() - expected_shapes.keys()):
        raise _not_these_weights(file, f"it also holds {', '.join(sorted(unknown))}")
    for name, expected in expected_shapes.items():
        shape = shapes.get(origins[name] if origins else name)
        if shape is None:
            raise _not_these_weights(file, f"it lacks {name}")
        if shape != expected:
            raise _not_these_weights(file, f"{name} has shape {shape}, expected {expected}")


class SkipInit(TorchFunctionMode):
    """Skips weight initialisation, which on the meta device would import PyTorch's compiler; that takes a second."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do nothing instead of initialising weights."""
        if func in (Tensor.normal_, Tensor.uniform_) or getattr(func, "__module__", "") == nn.init.__name__:
            return None
        return func(*args, **kwargs or {})


def _meta_model(folder: Path, settings: ArchitectureSettings, *sizes: int) -> TranslationModel:
    """The model on the meta device, without memory for its weights; this also checks the settings of members."""
    try:
        with torch.device("meta"), SkipInit():
            return build(settings, *sizes)
    except INVALID_DESCRIPTION as error:
        raise _invalid_description(folder / "model.json", error) from None


def load(folder: Path, precision: str = "float32", vocabularies: tuple[int, int] | None = None) -> TranslationModel:
    """The model in ``folder`` for inference: eval mode, no gradients, in the given precision.

    Args:
        vocabularies: subwords of the tokenizer that it is used with, source and target; None to skip the check.

    Raises:
        UserError: the folder holds no model, or one for another tokenizer. This is checked before memory is allocated
            for the sizes in model.json.
    """
    settings, *sizes = load_model_config(folder)
    if vocabularies is not None and (*sizes,) != vocabularies:
        raise UserError(
            f"{folder}: a model for vocabularies of {sizes[0]} and {sizes[1]} subwords, but the tokenizer has "
            f"{vocabularies[0]} and {vocabularies[1]}. Delete the folder and run again."
        )
    _check(_meta_model(folder, settings, *sizes), folder / "model.safetensors")
    model = build(settings, *sizes)
    load_weights(model, folder)
    return model.to(DTYPES[precision]).eval().requires_grad_(False)
