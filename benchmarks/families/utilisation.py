"""Utilisation: a training step and a decoding pass compared with only their matrix products."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.decoding import Task, write_sources
from benchmarks.families.training import settings
from benchmarks.rows import Row, Turn, missing, paired
from benchmarks.turns import Worker, alternate

PEER = "its matrix products alone"


def rows(bench: Bench) -> list[Row]:
    """The ratio is the share of the time that the matrix products alone need, hence below 1."""
    rows = []
    for threads in bench.threads:
        label = announce(threads)
        for name, model in bench.effort.models:
            options = settings(bench, model, "bfloat16") | {"kind": "training"}
            rows.append(measure(bench, f"training {name}, {label}", options, threads))
        beam = decoding(bench, 5, False)
        rows.append(measure(bench, f"teacher, beam 5, {label}", beam, threads))
        float32 = beam | {"precision": "float32"}
        rows.append(measure(bench, f"teacher, beam 5, {label}, float32", float32, threads))
        rows.append(measure(bench, f"student, greedy, {label}", decoding(bench, 1, True), threads))
    return rows


def decoding(bench: Bench, beam: int, student: bool) -> dict[str, object]:
    """Settings of a decoding side."""
    model = bench.models.student if student else bench.models.teacher
    sources = write_sources(bench, Task(f"utilisation {beam}", model, beam, bench.effort.sentences // 2, {}))
    return {"kind": "decoding", "model": str(model), "sources": str(sources), "beam": beam, "precision": "bfloat16"}


def measure(bench: Bench, name: str, options: dict[str, object], threads: int) -> Row:
    """One worker alternates between the real work and only its matrix products, recorded beforehand."""
    log = bench.log("utilisation", name)
    turns, reasons = alternate({"all": partial(Worker, "utilisation", options, threads, log)}, bench.effort.repeats)
    if reasons:
        return missing("utilisation", name, PEER, "GFLOP/s", None, reasons["all"])
    ours = [Turn(turn.seconds, turn.amount) for turn in turns["all"]]
    peer = [Turn(turn.extra["products"], turn.amount) for turn in turns["all"]]
    last = turns["all"][-1].extra
    note = f"most of the products: {last['largest']}; the rest of the time: {last['rest']}"
    return paired("utilisation", name, PEER, "GFLOP/s", ours, peer, target=None, note=note)
