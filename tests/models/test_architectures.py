"""Every architecture is complete; what a new one lacks is said in words."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import get_args

import pytest
import torch

from seqkd.data.batching import pad
from seqkd.models import ArchitectureSettings, checkpoint, module_of
from seqkd.models.base import TranslationModel
from seqkd.models.settings import DEFAULT, NAMES, settings_class

SOURCES, PREFIX = [[4, 5, 6], [7]], [[2, 4, 5, 6], [2, 9, 8, 7]]
METHODS = {"encode": "encode(src)", "decode": "decode(encoded, prefix)", "start": "start(src, beam)"} | {
    "step": "step(state, tokens)"
}
WIDTHS = {"dim": 16, "ffn_dim": 24, "heads": 2}
"""Small sizes for the settings that have them."""


def lacks(name: str) -> Iterator[str]:
    """What the files of an architecture lack, in words."""
    cls = settings_class(name)
    if not issubclass(cls, ArchitectureSettings):
        yield f"Settings in {name}_settings.py that inherits seqkd.models.ArchitectureSettings"
    elif get_args(cls.model_fields["architecture"].annotation) != (name,):
        yield f'architecture: Literal["{name}"] in its Settings'
    else:
        module = __import__(module_of(name), fromlist=["Model"])
        if getattr(module, "Settings", None) is not cls:
            yield f"the line `Settings = ...` in {name}.py, the class of {name}_settings.py"
        model = getattr(module, "Model", None)
        if not (isinstance(model, type) and issubclass(model, TranslationModel)):
            yield "Model, a class that inherits seqkd.models.base.TranslationModel"
        elif missing := [call for method, call in METHODS.items() if method not in vars(model)]:
            yield from (f"a method {call} of Model" for call in missing)
        else:
            yield from behaves_otherwise(cls)


def behaves_otherwise(cls: type[ArchitectureSettings]) -> Iterator[str]:
    """What a model with small sizes does otherwise than the trainer and the searches need."""
    torch.manual_seed(0)
    sizes = {key: value for key, value in WIDTHS.items() if key in cls.model_fields}
    model = checkpoint.build(
        cls(architecture=get_args(cls.model_fields["architecture"].annotation)[0], **sizes), 20, 20
    )
    model = model.double().eval()
    src, prefix = pad(SOURCES), torch.tensor(PREFIX)
    with torch.no_grad():
        full = model(src, prefix)
        if not torch.allclose(full[1:], model(pad(SOURCES[1:]), prefix[1:]), atol=1e-10):
            yield "padding that changes nothing"
        if not torch.allclose(full[:, :2], model(src, prefix[:, :2]), atol=1e-10):
            yield "hidden states that no later token changes"
        state = model.start(src, 1)
        steps = torch.stack([model.step(state, prefix[:, t]) for t in range(prefix.shape[1])], 1)
        if not torch.allclose(full, steps, atol=1e-10):
            yield "steps that equal the pass over the whole prefix"
        state = model.start(src, 2)
        rows = torch.tensor([0, 0, 1, 1])
        first, second = (model.step(state, prefix[rows, t]) for t in range(2))
        state.reorder(torch.tensor([1, 0, 3, 2]))
        state.select(torch.tensor([1]), 2)
        third = model.step(state, prefix[1:, 2].repeat(2))
        if not (torch.allclose(third, full[1, 2].expand(2, -1), atol=1e-10) and len(first) == len(second) == 4):
            yield "a state that can be reordered and cut to some sentences"


@pytest.mark.parametrize("name", NAMES)
def test_every_architecture_is_complete(name: str) -> None:
    assert not list(lacks(name))


def test_the_default_comes_first() -> None:
    assert NAMES[0] == DEFAULT and len(NAMES) > 1


def test_what_a_new_file_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, module = ModuleType("seqkd.models.odd_settings"), ModuleType("seqkd.models.odd")
    settings.Settings = type("Settings", (ArchitectureSettings,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, settings.__name__, settings)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert list(lacks("odd")) == ['architecture: Literal["odd"] in its Settings']
    settings.Settings = type(  # type: ignore[attr-defined]
        "Settings", (ArchitectureSettings,), {"__annotations__": {"architecture": __import__("typing").Literal["odd"]}}
    )
    words = list(lacks("odd"))
    assert words[0].startswith("the line `Settings = ...`") and words[1].startswith("Model, a class")
    module.Model, module.Settings = type("Model", (TranslationModel,), {}), settings.Settings  # type: ignore[attr-defined]
    assert "a method step(state, tokens) of Model" in list(lacks("odd"))
