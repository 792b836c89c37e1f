"""What distilling is for: the student, greedy, against the teacher with beam 5."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.decoding import Task, written_sources
from benchmarks.rows import Row, paired
from benchmarks.turns import Worker, alternate

STEPS = (
    "greedy search of a single sentence takes its steps in NumPy, beam search in torch: with five rows NumPy took "
    "longer for a teacher of width 256"
)
"""What must be known of the sentences taken one by one."""


def rows(bench: Bench) -> list[Row]:
    """In batches, and one sentence at a time."""
    models, threads = bench.models, bench.threads[0]
    words = announce(threads)
    found = []
    for name, single, sentences in (
        ("in batches", False, bench.effort.sentences),
        ("one by one", True, bench.effort.single),
    ):
        task = Task(f"distilled {name}", models.teacher, 5, sentences, {}, single)
        told = {"sources": str(written_sources(bench, task)), "single": single, "wanted": 1, "precision": "bfloat16"}
        sides = {"student": (models.student, 1), "teacher": (models.teacher, 5)}
        starters = {
            side: partial(
                Worker, "ours_decoding", told | {"model": str(model), "beam": beam}, threads, bench.log(task.name, side)
            )
            for side, (model, beam) in sides.items()
        }
        turns, _ = alternate(starters, bench.effort.repeats)
        title = f"student greedy, {name}, bf16, {words}"
        ours, peer = turns["student"], turns["teacher"]
        unit, note = "sentences a second", f"{models.note}; {STEPS}" if single else models.note
        found.append(paired("distilled", title, "seqkd teacher, beam 5", unit, ours, peer, target=10.0, note=note))
    return found
