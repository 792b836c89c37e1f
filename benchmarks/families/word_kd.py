"""A Word-KD step with the teacher online, compared with its parts: an NLL step and the teacher's forward pass."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.training import settings
from benchmarks.rows import Row, Turn, paired
from benchmarks.turns import Worker, alternate

UNIT = "target tokens a second"


def rows(bench: Bench) -> list[Row]:
    """The student learns from the teacher; all three sides read the same batches."""
    rows = []
    for threads in bench.threads:
        label = announce(threads)
        options = settings(bench, bench.effort.student, "bfloat16") | {"updates": 2 * bench.effort.updates}
        if bench.pretrained:
            options |= {"data": str(bench.pretrained.tokenizer / "train")}
        with_teacher = options | {"teacher": str(bench.models.teacher)}
        loss = {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}
        sides = {
            "word-kd": ("ours_training", with_teacher | {"loss": loss}),
            "nll": ("ours_training", options),
            "teacher": ("teacher_forward", with_teacher),
        }
        starters = {
            name: partial(Worker, module, side_options, threads, bench.log("word-kd", name, threads))
            for name, (module, side_options) in sides.items()
        }
        turns, _ = alternate(starters, bench.effort.repeats)
        parts = [Turn(a.seconds + b.seconds, a.amount) for a, b in zip(turns["nll"], turns["teacher"], strict=True)]
        note = "the teacher's forward pass computes logits only; its softmax and the objective come on top"
        row = paired(
            "word_kd", f"Word-KD step, teacher online, {label}", "seqkd NLL step + teacher forward pass", UNIT,
            turns["word-kd"], parts, target=1 / 1.1, note=note,
        )  # fmt: skip
        rows.append(row)
    return rows
