"""A Word-KD step, teacher online, against what it is made of: an ordinary step and the teacher's forward pass."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.training import settings
from benchmarks.rows import Row, Turn, paired
from benchmarks.turns import Worker, alternate

UNIT = "target tokens a second"


def rows(bench: Bench) -> list[Row]:
    """The student learns from the teacher; all three sides take the same batches."""
    found = []
    for threads in bench.threads:
        words = announce(threads)
        told = settings(bench, bench.effort.student, "bfloat16") | {"updates": 2 * bench.effort.updates}
        if bench.given:
            told |= {"data": str(bench.given.tokenizer / "train")}
        taught = told | {"teacher": str(bench.models.teacher)}
        both = {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}
        kinds = {
            "word-kd": ("ours_training", taught | {"loss": both}),
            "nll": ("ours_training", told),
            "teacher": ("teacher_forward", taught),
        }
        starters = {
            name: partial(Worker, module, what, threads, bench.log("word-kd", name, threads))
            for name, (module, what) in kinds.items()
        }
        turns, _ = alternate(starters, bench.effort.repeats)
        parts = [Turn(a.seconds + b.seconds, a.amount) for a, b in zip(turns["nll"], turns["teacher"], strict=True)]
        note = "the teacher's forward pass goes to its logits; its softmax and the objective are on top"
        row = paired(
            "word_kd", f"Word-KD step, teacher online, {words}", "seqkd NLL step + teacher forward pass", UNIT,
            turns["word-kd"], parts, target=1 / 1.1, note=note,
        )  # fmt: skip
        found.append(row)
    return found
