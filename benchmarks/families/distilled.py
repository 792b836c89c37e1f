"""The benefit of distillation: the student with greedy search compared with the teacher with beam 5."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.decoding import Task, write_sources
from benchmarks.rows import Row, paired
from benchmarks.turns import Worker, alternate

STEPS = (
    "greedy search of a single sentence runs in NumPy, beam search in torch: with five rows NumPy was slower for a "
    "teacher of width 256"
)
"""Note on the rows that decode one sentence at a time."""


def rows(bench: Bench) -> list[Row]:
    """In batches, and one sentence at a time."""
    models, threads = bench.models, bench.threads[0]
    label = announce(threads)
    rows = []
    for name, single, sentences in (
        ("in batches", False, bench.effort.sentences),
        ("one by one", True, bench.effort.single),
    ):
        task = Task(f"distilled {name}", models.teacher, 5, sentences, {}, single)
        settings = {"sources": str(write_sources(bench, task)), "single": single, "n_best": 1, "precision": "bfloat16"}
        sides = {"student": (models.student, 1), "teacher": (models.teacher, 5)}
        starters = {
            side: partial(
                Worker,
                "ours_decoding",
                settings | {"model": str(model), "beam": beam},
                threads,
                bench.log(task.name, side),
            )
            for side, (model, beam) in sides.items()
        }
        turns, _ = alternate(starters, bench.effort.repeats)
        title = f"student greedy, {name}, bf16, {label}"
        ours, peer = turns["student"], turns["teacher"]
        unit, note = "sentences a second", f"{models.note}; {STEPS}" if single else models.note
        rows.append(paired("distilled", title, "seqkd teacher, beam 5", unit, ours, peer, target=10.0, note=note))
    return rows
