"""Memory of training: peak memory of the process, ours and plain PyTorch."""

from benchmarks.bench import Bench
from benchmarks.families.training import settings
from benchmarks.rows import Row, single
from benchmarks.turns import Worker

MEBIBYTE = 1 << 20
UPDATES = 4


def rows(bench: Bench) -> list[Row]:
    """Each process runs by itself for a few updates on the same batches."""
    rows = []
    for name, model in bench.effort.models:
        options = {precision: settings(bench, model, precision) for precision in ("bfloat16", "float32")}
        ours = peak(bench, "ours_training", options["bfloat16"])
        for peer, precision in (("plain PyTorch float32", "float32"), ("plain PyTorch bf16 autocast", "bfloat16")):
            plain = peak(bench, "plain_training", options[precision])
            note = "whole process, Python and PyTorch themselves included"
            title = f"memory of training {name}"
            rows.append(single("memory", title, peer, "MiB at most", ours, plain, "less", target=2.0, note=note))
    return rows


def peak(bench: Bench, module: str, options: dict[str, object]) -> float:
    """Peak resident memory of a side in MiB after a few updates."""
    side = Worker(module, options, 1, bench.log("memory", module, options["precision"]))
    try:
        for _ in range(UPDATES):
            answer = side.ask()
    finally:
        side.close()
    return round(float(answer["peak"]) / MEBIBYTE, 1)
