"""Real work, then its matrix products alone: each is recorded as it is called, and repeated on random numbers."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.sides.channel import Channel
from seqkd.batches.batches import BatchStream
from seqkd.batches.dataset import Dataset
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.packed import Product

PRODUCTS = ("mm", "addmm", "bmm", "baddbmm", "linear", "matmul", "_linear_pointwise")
GIGA = 1e9
LEAST, MOST = 1.5, 8
"""Operators are named from so many per cent of the time on, so many of them."""


@dataclass(frozen=True)
class Like:
    """What a tensor looks like; packed weights have no strides."""

    shape: tuple[int, ...]
    strides: tuple[int, ...] | None
    dtype: torch.dtype

    @classmethod
    def of(cls, value: Any) -> Any:
        """A tensor's likeness; other arguments as they are."""
        if not isinstance(value, Tensor):
            return value
        return cls(tuple(value.shape), None if value.is_mkldnn else value.stride(), value.dtype)

    def filled(self) -> Tensor:
        """A tensor of random numbers that looks so."""
        if self.strides is None:
            return Product(torch.randn(self.shape).to(self.dtype)).packed
        size = 1 + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        return torch.randn(size).to(self.dtype).as_strided(self.shape, self.strides)


class Recorder(TorchDispatchMode):
    """Keeps the matrix products that are called: operator and arguments, tensors by their likeness alone."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[tuple[Any, tuple[Any, ...]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for every operator."""
        if func.overloadpacket.__name__.removesuffix("_") in PRODUCTS:
            self.calls.append((func, tuple(Like.of(one) for one in args)))
        return func(*args, **kwargs or {})


class Stopwatch(TorchDispatchMode):
    """Adds up the seconds of each operator."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.spent: defaultdict[str, float] = defaultdict(float)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for every operator."""
        start = time.perf_counter()
        found = func(*args, **kwargs or {})
        self.spent[func.overloadpacket.__name__] += time.perf_counter() - start
        return found

    def told(self, seconds: float) -> str:
        """Which operators but the products take most of so many seconds, and what is left for none."""
        shares = {name: 100 * spent / seconds for name, spent in self.spent.items()}
        others = {name: share for name, share in shares.items() if name.removesuffix("_") not in PRODUCTS}
        largest = sorted(others.items(), key=lambda one: -one[1])[:MOST]
        words = [f"{name} {share:.0f} %" for name, share in largest if share >= LEAST]
        return ", ".join([*words, f"outside of operators {max(0.0, 100 - sum(shares.values())):.0f} %"])


class Products:
    """Recorded products, ready to be repeated; tensors of equal likeness are one tensor."""

    def __init__(self, calls: list[tuple[Any, tuple[Any, ...]]]) -> None:
        made: dict[Like, Tensor] = {}
        self.calls = [(func, [self.tensor(one, made) for one in args]) for func, args in calls]
        shapes = Counter[str]()
        self.operations = 0.0
        for _, args in calls:
            tensors = [one for one in args if isinstance(one, Like) and len(one.shape) > 1]
            count, shape = operations(tensors)
            self.operations += count
            shapes[shape] += int(count)
        shape, count = shapes.most_common(1)[0]
        self.largest = f"{shape} ({100 * count / self.operations:.0f} %)"

    @staticmethod
    def tensor(one: Any, made: dict[Like, Tensor]) -> Any:
        """A tensor of random numbers for a likeness; other arguments as they are."""
        if not isinstance(one, Like):
            return one
        if one not in made:
            made[one] = one.filled()
        return made[one]

    def seconds(self) -> float:
        """Time of all products one after the other."""
        start = time.perf_counter()
        with torch.no_grad():
            for func, args in self.calls:
                func(*args)
        return time.perf_counter() - start


def operations(tensors: list[Like]) -> tuple[float, str]:
    """Floating-point operations of the product of the last two matrices among ``tensors``, and its shape in words."""
    left, right = tensors[-2:]
    rows, inner = left.shape[-2:] if len(left.shape) > 1 else (1, left.shape[-1])
    columns = right.shape[-1] if right.shape[-2] == inner else right.shape[-2]
    batch = 1
    for size in left.shape[:-2]:
        batch *= size
    return 2.0 * batch * rows * inner * columns, f"inner {inner}, columns {columns}"


def training(told: dict[str, Any]) -> Callable[[], None]:
    """One update of our trainer, on the same full batch each time."""
    from benchmarks.sides.ours_training import Pause, trainer
    from seqkd.training.metrics import Progress

    made = trainer(told, Pause(None), Path(told["data"]) / "no-state")  # type: ignore[arg-type]
    batches = islice(BatchStream(Dataset(Path(told["data"])), told["batch_tokens"], 1), 8)
    batch = max(batches, key=lambda one: one.target.numel())
    progress = Progress(10**9, 0)
    return lambda: made.update(batch, progress)


def decoding(told: dict[str, Any]) -> Callable[[], None]:
    """One pass over the sentences."""
    model = store.load(Path(told["model"]), told["precision"])
    sources = json.loads(Path(told["sources"]).read_text(encoding="utf-8"))
    search = SearchSettings(beam=told["beam"], length_penalty=0.0)

    def work() -> None:
        translate(model, sources, search)

    return work


def main() -> None:
    """Serve turns: the real work, and in ``products`` the seconds of its products; the amount is their GFLOP."""
    channel = Channel()
    keep_freed_memory()
    torch.set_flush_denormal(True)
    work = {"training": training, "decoding": decoding}[channel.settings["kind"]](channel.settings)
    work()
    with Recorder() as recorder:
        work()
    products = Products(recorder.calls)
    while True:
        channel.wait()
        work()
        seconds = channel.passed()
        alone = products.seconds()
        with Stopwatch() as watch:
            work()
        words = {"largest": products.largest, "rest": watch.told(seconds)}
        channel.reply(seconds=seconds, amount=products.operations / GIGA, products=alone, **words)


if __name__ == "__main__":
    main()
