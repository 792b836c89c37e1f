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
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from seqkd.decoding.settings import LengthLimits
from seqkd.errors import UserError
from seqkd.files import write_json, written
from seqkd.models import ArchitectureSettings, module_of
from seqkd.models.interface import TranslationModel

log = logging.getLogger(__name__)

LAYER = re.compile(r"^(encoder|decoder)\.(\d+)\.")
"""Beginning of the name of a weight in a layer."""

LARGEST_VOCABULARY = 10**7
NOT_A_MODEL = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RecursionError)
"""What reading a description raises that describes no model."""

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


def save(
    model: TranslationModel,
    settings: ArchitectureSettings,
    vocabularies: tuple[int, int],
    folder: Path,
    limits: LengthLimits | None = None,
) -> None:
    """Write weights and description of a model to ``folder``.

    Args:
        limits: where its translations are cut off; the defaults where there is none.
    """
    weights = {name: weight.detach().float().contiguous() for name, weight in model.named_parameters()}
    with written(folder / "model.safetensors") as beside:
        save_file(weights, beside)
    description = {"model": settings.canonical(), "src_vocabulary": vocabularies[0], "tgt_vocabulary": vocabularies[1]}
    write_json(folder / "model.json", description | {"search": (limits or LengthLimits()).canonical()})


def describe(folder: Path) -> tuple[ArchitectureSettings, int, int]:
    """Settings and vocabulary sizes of the model in ``folder``.

    Raises:
        UserError: model.json is missing, damaged, or describes no model.
    """
    file = folder / "model.json"
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        settings = settings_of(content["model"])
        src, tgt = content["src_vocabulary"], content["tgt_vocabulary"]
        if not all(type(size) is int and 0 < size <= LARGEST_VOCABULARY for size in (src, tgt)):
            raise ValueError(f"vocabularies of {src!r} and {tgt!r} pieces")
    except NOT_A_MODEL as error:
        raise _no_description(file, error) from None
    return settings, src, tgt


def length_limits(folder: Path) -> LengthLimits:
    """Where translations of the model in ``folder`` are cut off.

    Raises:
        UserError: model.json is missing, damaged, or does not say.
    """
    file = folder / "model.json"
    try:
        return LengthLimits(**json.loads(file.read_text(encoding="utf-8"))["search"])
    except NOT_A_MODEL as error:
        raise _no_description(file, error) from None


def _no_description(file: Path, error: Exception) -> UserError:
    told = f"{type(error).__name__}: {str(error)[:300]}"
    return UserError(f"{file}: no description of a model ({told}). Delete the folder {file.parent} and run again.")


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
    known = layers_of(_shapes(folder / "model.safetensors"))
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


def _shapes(file: Path) -> dict[str, list[int]]:
    """Shapes of the float32 weights in a file, of which no weight is read.

    Raises:
        UserError: it is no such file.
    """
    try:
        with safe_open(file, "pt") as stored:
            slices = {name: stored.get_slice(name) for name in stored.keys()}  # noqa: SIM118
            if other := {one.get_dtype() for one in slices.values()} - {"F32"}:
                raise ValueError(f"it holds numbers of type {', '.join(sorted(other))}, expected F32")
            return {name: one.get_shape() for name, one in slices.items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise _not_these_weights(file, error) from None


def _not_these_weights(file: Path, error: object) -> UserError:
    folder = file.parent
    return UserError(f"{file}: not the weights of this model ({error}). Delete the folder {folder} and run again.")


def load_weights(model: TranslationModel, folder: Path, origins: dict[str, str] | None = None) -> None:
    """Copy the weights in ``folder`` into ``model``.

    Args:
        origins: each weight's name in the file, where that may be another; then layers may be left over.

    Raises:
        UserError: the file is no safetensors file or holds other names or shapes.
    """
    file = folder / "model.safetensors"
    _check(model, file, origins)
    with safe_open(file, "pt") as stored, torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(stored.get_tensor(origins[name] if origins else name))


def _check(model: TranslationModel, file: Path, origins: dict[str, str] | None = None) -> None:
    """Hold names and shapes of the weights in a file against the model's, which may be an outline without memory."""
    known = _shapes(file)
    wanted = {name: list(parameter.shape) for name, parameter in model.named_parameters()}
    if not origins and (unknown := known.keys() - wanted.keys()):
        raise _not_these_weights(file, f"it also holds {', '.join(sorted(unknown))}")
    for name, shape in wanted.items():
        found = known.get(origins[name] if origins else name)
        if found is None:
            raise _not_these_weights(file, f"it lacks {name}")
        if found != shape:
            raise _not_these_weights(file, f"{name} has shape {found}, expected {shape}")


class Undrawn(TorchFunctionMode):
    """Within, new weights are not drawn: on the meta device that would load PyTorch's compiler, a second's work."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do nothing in place of what draws weights."""
        if func in (Tensor.normal_, Tensor.uniform_) or getattr(func, "__module__", "") == nn.init.__name__:
            return None
        return func(*args, **kwargs or {})


def _outline(folder: Path, settings: ArchitectureSettings, *sizes: int) -> TranslationModel:
    """The model without memory for its weights; only this sees whether settings of members inside it are sound."""
    try:
        with torch.device("meta"), Undrawn():
            return build(settings, *sizes)
    except NOT_A_MODEL as error:
        raise _no_description(folder / "model.json", error) from None


def load(folder: Path, precision: str = "float32", vocabularies: tuple[int, int] | None = None) -> TranslationModel:
    """The model in ``folder`` for use, not for training: eval mode, no gradients, in the given precision.

    Args:
        vocabularies: pieces of the tokenizer that it is used with, source and target, where there is one.

    Raises:
        UserError: the folder holds no model, or one that goes with another tokenizer; told before memory is taken for
            the sizes that model.json tells of.
    """
    settings, *sizes = describe(folder)
    if vocabularies is not None and (*sizes,) != vocabularies:
        raise UserError(
            f"{folder}: a model for vocabularies of {sizes[0]} and {sizes[1]} pieces, but the tokenizer has "
            f"{vocabularies[0]} and {vocabularies[1]}. Delete the folder and run again."
        )
    _check(_outline(folder, settings, *sizes), folder / "model.safetensors")
    model = build(settings, *sizes)
    load_weights(model, folder)
    return model.to(DTYPES[precision]).eval().requires_grad_(False)
