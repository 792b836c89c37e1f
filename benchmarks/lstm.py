"""Training step (forward and backward) of our LSTM with input feeding, compared with torch.nn.LSTM without it.

    OMP_NUM_THREADS=1 python benchmarks/lstm.py

Both sides have embeddings, two encoder and two decoder layers of the same width, global attention and the attentional
vector, on the same ids. The output projection is omitted: it is the same for both and would make the ratio look better.
No sentence is padded, which is torch's fastest case. Without input feeding, torch runs each layer over all steps in one
call and attends at all positions at once; with input feeding, each decoder step has to wait for the attention of the
previous one. The two sides alternate, and the result is the median of the per-round ratios. The target is at most 2.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from seqkd.models.lstm import Lstm
from seqkd.models.lstm_settings import LstmSettings
from seqkd.utils.malloc import tune_malloc

VOCABULARY = 4000
Step = Callable[[], None]


class TorchLstm(nn.Module):
    """The same model with torch.nn.LSTM, without input feeding."""

    def __init__(self, dim: int, layers: int) -> None:
        super().__init__()
        self.src, self.tgt = nn.Embedding(VOCABULARY, dim), nn.Embedding(VOCABULARY, dim)
        self.encoder, self.decoder = nn.LSTM(dim, dim, layers), nn.LSTM(dim, dim, layers)
        self.query, self.combine = nn.Linear(dim, dim, bias=False), nn.Linear(2 * dim, dim, bias=False)

    def forward(self, src: Tensor, prefix: Tensor) -> Tensor:
        states, final_state = self.encoder(self.src(src.T))
        h, _ = self.decoder(self.tgt(prefix.T), final_state)
        states, h = states.transpose(0, 1), h.transpose(0, 1)
        weights = torch.bmm(self.query(h), states.transpose(1, 2)).softmax(-1)
        return self.combine(torch.cat([torch.bmm(weights, states), h], -1)).tanh()


def training_step(model: nn.Module, src: Tensor, prefix: Tensor) -> Step:
    """A function that clears the gradients and runs forward and backward; the loss is the sum of the outputs."""

    def step() -> None:
        model.zero_grad()
        model(src, prefix).sum().backward()

    return step


def alternate(ours: Step, baseline: Step, rounds: int) -> Iterator[tuple[float, float]]:
    """Seconds of both sides in each round, after a warm-up."""
    for step in (ours, baseline):
        step()
    for _ in range(rounds):
        seconds = []
        for step in (ours, baseline):
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)
        yield seconds[0], seconds[1]


def compare(
    dim: int, precision: torch.dtype, *, tokens: int = 4096, length: int = 28, rounds: int = 5
) -> dict[str, float]:
    """Median milliseconds of both sides, and the median ratio, for batches of ``tokens`` target tokens."""
    torch.manual_seed(1)
    shape = (tokens // length, length)
    src, prefix = torch.randint(4, VOCABULARY, shape), torch.randint(4, VOCABULARY, shape)
    settings = LstmSettings(architecture="lstm", layers=2, dim=dim, dropout=0.0)
    ours = Lstm(settings, VOCABULARY, VOCABULARY).to(precision)
    baseline = TorchLstm(dim, 2).to(precision)
    times = list(alternate(training_step(ours, src, prefix), training_step(baseline, src, prefix), rounds))
    return {
        "ours_ms": 1e3 * statistics.median(a for a, _ in times),
        "torch_ms": 1e3 * statistics.median(b for _, b in times),
        "ratio": statistics.median(a / b for a, b in times),
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dims", type=int, nargs="+", default=[64, 128, 256, 500])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    tune_malloc()
    print("| width | precision | ours, ms | torch.nn.LSTM, ms | ratio |", "| --- | --- | --- | --- | --- |", sep="\n")
    for dim in arguments.dims:
        for precision in (torch.float32, torch.bfloat16):
            result = compare(dim, precision, rounds=arguments.rounds)
            name = str(precision).removeprefix("torch.")
            print(f"| {dim} | {name} | {result['ours_ms']:.0f} | {result['torch_ms']:.0f} | {result['ratio']:.2f} |")


if __name__ == "__main__":
    main()
