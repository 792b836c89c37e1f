"""Quality at the price of speed: dev BLEU after equal updates, ours in bf16 beside plain PyTorch in float32.

The smaller model and few updates, since plain PyTorch is slow; more would only be surer. Both begin with the same
weights and take the same batches; dropout differs.
"""

from benchmarks.bench import Bench
from benchmarks.families.training import settings
from benchmarks.rows import Row, missing, single
from benchmarks.turns import SideError, Worker

POINTS = 0.5
"""BLEU that noise may cost: two trainings that differ in their dropout alone differ by as much."""


def rows(bench: Bench) -> list[Row]:
    """One row; the scores of both learning curves are in the raw values."""
    name, unit = f"dev BLEU after {bench.effort.quality_updates} updates, student", "BLEU, greedy"
    peer = "plain PyTorch float32"
    told = settings(bench, bench.effort.student, "bfloat16") | {"updates": bench.effort.quality_updates}
    told |= {"corpus": str(bench.text.corpus), "tokenizer": str(bench.text.tokenizer), "bleu_tokenize": "13a"}
    try:
        ours, other = (curve(bench, told | {"plain": plain}) for plain in (False, True))
    except SideError as error:
        return [missing("quality", name, peer, unit, 1.0, str(error))]
    best = [max(max(scores), 1e-9) for scores in (ours, other)]
    target = max(0.0, best[1] - POINTS) / best[1]
    return [single("quality", name, peer, unit, best[0], best[1], "more", target=target, ours_raw=ours, peer_raw=other)]


def curve(bench: Bench, told: dict[str, object]) -> list[float]:
    """Dev BLEU at the ends of the four quarters of a training."""
    side = Worker("quality", told, 1, bench.log("quality", told["plain"]))
    try:
        return list(side.ask()["scores"])
    finally:
        side.close()
