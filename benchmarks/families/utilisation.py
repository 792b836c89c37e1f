"""How near the limit: a training step and a decoding pass against their own matrix products alone."""

from functools import partial

from benchmarks.bench import Bench, announce
from benchmarks.families.decoding import Task, written_sources
from benchmarks.families.training import settings
from benchmarks.rows import Row, Turn, missing, paired
from benchmarks.turns import Worker, alternate

PEER = "its matrix products alone"


def rows(bench: Bench) -> list[Row]:
    """The ratio is the share of the time that the products would need, hence below 1."""
    found = []
    for threads in bench.threads:
        words = announce(threads)
        for name, model in bench.effort.models:
            told = settings(bench, model, "bfloat16") | {"kind": "training"}
            found.append(measured(bench, f"training {name}, {words}", told, threads))
        beam = decoding(bench, 5, False)
        found.append(measured(bench, f"teacher, beam 5, {words}", beam, threads))
        exact = beam | {"precision": "float32"}
        found.append(measured(bench, f"teacher, beam 5, {words}, float32", exact, threads))
        found.append(measured(bench, f"student, greedy, {words}", decoding(bench, 1, True), threads))
    return found


def decoding(bench: Bench, beam: int, student: bool) -> dict[str, object]:
    """What the worker is told about a pass of decoding."""
    model = bench.models.student if student else bench.models.teacher
    sources = written_sources(bench, Task(f"utilisation {beam}", model, beam, bench.effort.sentences // 2, {}))
    return {"kind": "decoding", "model": str(model), "sources": str(sources), "beam": beam, "precision": "bfloat16"}


def measured(bench: Bench, name: str, told: dict[str, object], threads: int) -> Row:
    """One worker does both by turns: it records the products of the real work and repeats them by themselves."""
    log = bench.log("utilisation", name)
    turns, reasons = alternate({"all": partial(Worker, "utilisation", told, threads, log)}, bench.effort.repeats)
    if reasons:
        return missing("utilisation", name, PEER, "GFLOP/s", None, reasons["all"])
    ours = [Turn(one.seconds, one.amount) for one in turns["all"]]
    peer = [Turn(one.extra["products"], one.amount) for one in turns["all"]]
    last = turns["all"][-1].extra
    note = f"most of the products: {last['largest']}; the rest of the time: {last['rest']}"
    return paired("utilisation", name, PEER, "GFLOP/s", ours, peer, target=None, note=note)
