"""Whether speed costs quality: dev BLEU after equal updates, ours in bf16 and plain PyTorch in float32.

Uses the smaller model and few updates, since plain PyTorch is slow. Both start from the same weights and read the same
batches; dropout differs.
"""

from benchmarks.bench import Bench
from benchmarks.families.training import settings
from benchmarks.rows import Row, missing, single
from benchmarks.turns import SideError, Worker

TOLERANCE = 0.5
"""BLEU points allowed for noise: two trainings that differ only in dropout differ by as much."""


def rows(bench: Bench) -> list[Row]:
    """One row; the raw values hold the scores of both learning curves."""
    name, unit = f"dev BLEU after {bench.effort.quality_updates} updates, student", "BLEU, greedy"
    peer = "plain PyTorch float32"
    options = settings(bench, bench.effort.student, "bfloat16") | {"updates": bench.effort.quality_updates}
    options |= {"corpus": str(bench.text.corpus), "tokenizer": str(bench.text.tokenizer), "bleu_tokenize": "13a"}
    try:
        ours, baseline = (curve(bench, options | {"plain": plain}) for plain in (False, True))
    except SideError as error:
        return [missing("quality", name, peer, unit, 1.0, str(error))]
    best = [max(max(scores), 1e-9) for scores in (ours, baseline)]
    target = max(0.0, best[1] - TOLERANCE) / best[1]
    return [single("quality", name, peer, unit, *best, "more", target=target, ours_raw=ours, peer_raw=baseline)]


def curve(bench: Bench, options: dict[str, object]) -> list[float]:
    """Dev BLEU after each quarter of a training."""
    side = Worker("quality", options, 1, bench.log("quality", options["plain"]))
    try:
        return list(side.ask()["scores"])
    finally:
        side.close()
