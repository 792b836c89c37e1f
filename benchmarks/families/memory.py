"""Memory of training: the most that a whole process held, ours and plain PyTorch's."""

from benchmarks.bench import Bench
from benchmarks.families.training import settings
from benchmarks.rows import Row, single
from benchmarks.turns import Worker

MEBIBYTE = 1 << 20
UPDATES = 4


def rows(bench: Bench) -> list[Row]:
    """Each process is alone, and ends after a few updates on the same batches."""
    found = []
    for name, model in bench.effort.models:
        told = {precision: settings(bench, model, precision) for precision in ("bfloat16", "float32")}
        ours = peak(bench, "ours_training", told["bfloat16"])
        for peer, precision in (("plain PyTorch float32", "float32"), ("plain PyTorch bf16 autocast", "bfloat16")):
            other = peak(bench, "plain_training", told[precision])
            note = "whole process, Python and PyTorch themselves included"
            title = f"memory of training {name}"
            found.append(single("memory", title, peer, "MiB at most", ours, other, "less", target=2.0, note=note))
    return found


def peak(bench: Bench, module: str, told: dict[str, object]) -> float:
    """Highest resident memory of a side in MiB after some updates."""
    side = Worker(module, told, 1, bench.log("memory", module, told["precision"]))
    try:
        for _ in range(UPDATES):
            answer = side.ask()
    finally:
        side.close()
    return round(float(answer["peak"]) / MEBIBYTE, 1)
