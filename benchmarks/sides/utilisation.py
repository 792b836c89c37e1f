"""Real work, then only its matrix products: each is recorded when it is called, and repeated on random numbers."""

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
from seqkd.data.batching import BatchStream
from seqkd.data.dataset import Dataset
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.packed_linear import Product
from seqkd.utils.malloc import tune_malloc

PRODUCTS = ("mm", "addmm", "bmm", "baddbmm", "linear", "matmul", "_linear_pointwise")
GIGA = 1e9
MIN_PERCENT, MAX_OPERATORS = 1.5, 8
"""Operators are listed from this share of the time on, and at most this many."""


@dataclass(frozen=True)
class TensorSpec:
    """Shape, strides and dtype of a tensor; packed weights have no strides."""

    shape: tuple[int, ...]
    strides: tuple[int, ...] | None
    dtype: torch.dtype

    @classmethod
    def of(cls, value: Any) -> Any:
        """The spec of a tensor; other arguments unchanged."""
        if not isinstance(value, Tensor):
            return value
        return cls(tuple(value.shape), None if value.is_mkldnn else value.stride(), value.dtype)

    def random(self) -> Tensor:
        """A tensor of random numbers with this spec."""
        if self.strides is None:
            return Product(torch.randn(self.shape).to(self.dtype)).packed
        size = 1 + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        return torch.randn(size).to(self.dtype).as_strided(self.shape, self.strides)


class Recorder(TorchDispatchMode):
    """Records the matrix products that are called: operator and arguments, with specs instead of tensors."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[tuple[Any, tuple[Any, ...]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for every operator."""
        if func.overloadpacket.__name__.removesuffix("_") in PRODUCTS:
            self.calls.append((func, tuple(TensorSpec.of(argument) for argument in args)))
        return func(*args, **kwargs or {})


class Stopwatch(TorchDispatchMode):
    """Adds up the seconds of each operator."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.spent: defaultdict[str, float] = defaultdict(float)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for every operator."""
        start = time.perf_counter()
        result = func(*args, **kwargs or {})
        self.spent[func.overloadpacket.__name__] += time.perf_counter() - start
        return result

    def breakdown(self, seconds: float) -> str:
        """The operators that take most of ``seconds``, except products, and the share outside of operators."""
        shares = {name: 100 * spent / seconds for name, spent in self.spent.items()}
        others = {name: share for name, share in shares.items() if name.removesuffix("_") not in PRODUCTS}
        largest = sorted(others.items(), key=lambda item: -item[1])[:MAX_OPERATORS]
        parts = [f"{name} {share:.0f} %" for name, share in largest if share >= MIN_PERCENT]
        return ", ".join([*parts, f"outside of operators {max(0.0, 100 - sum(shares.values())):.0f} %"])


class Products:
    """Recorded products, ready to be repeated; equal specs share one tensor."""

    def __init__(self, calls: list[tuple[Any, tuple[Any, ...]]]) -> None:
        tensors: dict[TensorSpec, Tensor] = {}
        self.calls = [(func, [self.tensor(argument, tensors) for argument in args]) for func, args in calls]
        shapes = Counter[str]()
        self.operations = 0.0
        for _, args in calls:
            matrices = [spec for spec in args if isinstance(spec, TensorSpec) and len(spec.shape) > 1]
            count, shape = operations(matrices)
            self.operations += count
            shapes[shape] += int(count)
        shape, count = shapes.most_common(1)[0]
        self.largest = f"{shape} ({100 * count / self.operations:.0f} %)"

    @staticmethod
    def tensor(argument: Any, tensors: dict[TensorSpec, Tensor]) -> Any:
        """A tensor of random numbers for a spec; other arguments unchanged."""
        if not isinstance(argument, TensorSpec):
            return argument
        if argument not in tensors:
            tensors[argument] = argument.random()
        return tensors[argument]

    def seconds(self) -> float:
        """Time of all products one after the other."""
        start = time.perf_counter()
        with torch.no_grad():
            for func, args in self.calls:
                func(*args)
        return time.perf_counter() - start


def operations(matrices: list[TensorSpec]) -> tuple[float, str]:
    """Floating-point operations of the product of the last two of ``matrices``, and a description of its shape."""
    left, right = matrices[-2:]
    rows, inner = left.shape[-2:] if len(left.shape) > 1 else (1, left.shape[-1])
    columns = right.shape[-1] if right.shape[-2] == inner else right.shape[-2]
    batch = 1
    for size in left.shape[:-2]:
        batch *= size
    return 2.0 * batch * rows * inner * columns, f"inner {inner}, columns {columns}"


def training(settings: dict[str, Any]) -> Callable[[], None]:
    """A function that makes one update of our trainer, always on the same full batch."""
    from benchmarks.sides.ours_training import Pause, trainer
    from seqkd.training.metrics import Progress

    training = trainer(settings, Pause(None), Path(settings["data"]) / "no-state")
    batches = islice(BatchStream(Dataset(Path(settings["data"])), settings["batch_tokens"], 1), 8)
    batch = max(batches, key=lambda batch: batch.target.numel())
    progress = Progress(10**9, 0)
    return lambda: training.update(batch, progress)


def decoding(settings: dict[str, Any]) -> Callable[[], None]:
    """A function that translates all sentences once."""
    model = checkpoint.load(Path(settings["model"]), settings["precision"])
    sources = json.loads(Path(settings["sources"]).read_text(encoding="utf-8"))
    search = SearchSettings(beam=settings["beam"], length_penalty=0.0)

    def run() -> None:
        translate(model, sources, search)

    return run


def main() -> None:
    """Serve turns: the real work, and the seconds of its products in ``products``; the amount is their GFLOP."""
    channel = Channel()
    tune_malloc()
    torch.set_flush_denormal(True)
    run = {"training": training, "decoding": decoding}[channel.settings["kind"]](channel.settings)
    run()
    with Recorder() as recorder:
        run()
    products = Products(recorder.calls)
    while True:
        channel.wait()
        run()
        seconds = channel.elapsed()
        product_seconds = products.seconds()
        with Stopwatch() as watch:
            run()
        notes = {"largest": products.largest, "rest": watch.breakdown(seconds)}
        channel.reply(seconds=seconds, amount=products.operations / GIGA, products=product_seconds, **notes)


if __name__ == "__main__":
    main()
