"""How cost grows: time against corpus size, vocabulary, beam, sentence length, model size, and jobs in the graph.

The row of each curve holds the slope of the log-log regression line of time on size. It is compared with 1, linear
growth; a smaller slope is better, so the ratio is 1 over the slope.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml

from benchmarks.bench import Bench
from benchmarks.families.decoding import Task, write_sources
from benchmarks.families.training import settings
from benchmarks.rows import Row, exponent, missing, single
from benchmarks.turns import ROOT, SideError, Worker, say
from seqkd.data.batching import BatchStream
from seqkd.data.dataset import Dataset, write_ids
from seqkd.models.transformer_settings import TransformerSettings

Points = list[tuple[float, float]]
REPEATS = 3


def rows(bench: Bench) -> list[Row]:
    """One row per curve; a curve that fails says why."""
    curves: dict[str, tuple[str, Callable[[Bench], Points]]] = {
        "an epoch's batches against pairs in the corpus": ("seconds", corpus),
        "a training step against the vocabulary": ("seconds", vocabulary),
        "training 4,096 tokens against sentence length": ("seconds", length),
        "a training step against the width of the model": ("seconds", width),
        "a training step against its layers": ("seconds", layers),
        "decoding against the beam": ("seconds", beam),
        "planning (snakemake -n) against students in the config": ("seconds", jobs),
    }
    rows = []
    for name, (unit, curve) in curves.items():
        say(f" {name}")
        try:
            points = curve(bench)
            slope = max(exponent(points), 1e-3)
            raw = [{"size": x, "seconds": round(y, 5)} for x, y in points]
            note = ", ".join(f"{x:,.0f}: {y:.3g} s" for x, y in points)
            rows.append(
                single("growth", name, "in proportion", "exponent", slope, 1.0, "less", target=None, ours_raw=raw,
                       note=f"{note}; time in {unit}")
            )  # fmt: skip
        except (SideError, subprocess.SubprocessError) as error:
            rows.append(missing("growth", name, "in proportion", "exponent", None, str(error)))
    return rows


def random_ids(folder: Path, pairs: int, low: int, high: int, size: int) -> Path:
    """Write the ids of random sentences of ``low`` to ``high`` tokens."""
    random = np.random.default_rng(1)
    for side in ("src", "tgt"):
        lengths = random.integers(low, high + 1, pairs)
        ids = random.integers(4, size, int(lengths.sum()), dtype=np.int32)
        write_ids(folder, side, np.split(ids, np.cumsum(lengths)[:-1]))
    return folder


def corpus(bench: Bench) -> Points:
    """Opening the ids and making all batches of one epoch, 10 thousand to a million pairs."""
    points = []
    for pairs in (10_000, 30_000, 100_000, 300_000, 1_000_000)[: bench.effort.points]:
        with tempfile.TemporaryDirectory() as folder:
            random_ids(Path(folder), pairs, 8, 22, 8000)
            start = time.perf_counter()
            stream = BatchStream(Dataset(Path(folder)), 4096, 1)
            for _ in stream:
                if stream.position[0]:
                    break
            points.append((float(pairs), time.perf_counter() - start))
    return points


def step_seconds(bench: Bench, model: TransformerSettings, size: int, low: int, high: int) -> float:
    """Shortest time of a training step on random sentences, scaled to 4,096 target tokens."""
    with tempfile.TemporaryDirectory() as folder:
        random_ids(Path(folder), 2000, low, high, size)
        options = settings(bench, model, "bfloat16") | {"vocabulary": size, "data": folder, "updates": 1}
        side = Worker("ours_training", options, 1, bench.log("growth-training"))
        try:
            turns = [side.turn() for _ in range(REPEATS + 1)][1:]
        finally:
            side.close()
        return min(turn.seconds * 4096 / turn.amount for turn in turns)


def vocabulary(bench: Bench) -> Points:
    """Vocabularies of 1 thousand to 32 thousand subwords."""
    sizes = (1000, 2000, 4000, 8000, 16000, 32000)[: bench.effort.points]
    return [(float(size), step_seconds(bench, bench.effort.student, size, 8, 22)) for size in sizes]


def length(bench: Bench) -> Points:
    """Sentences of 10 to 320 tokens; the number of tokens is constant, so only attention makes the time grow."""
    lengths = (10, 20, 40, 80, 160, 320)[: bench.effort.points]
    return [(float(n), step_seconds(bench, bench.effort.student, 4000, n, n)) for n in lengths]


def width(bench: Bench) -> Points:
    """Model dimensions of 64 to 512, with a 4 times larger ffn_dim: the matrix products grow quadratically."""
    widths = (64, 128, 256, 512)[: bench.effort.points]
    models = [bench.effort.student.model_copy(update={"dim": d, "ffn_dim": 4 * d}) for d in widths]
    return [(float(model.dim), step_seconds(bench, model, 4000, 8, 22)) for model in models]


def layers(bench: Bench) -> Points:
    """1+1 to 8+8 layers."""
    counts = (1, 2, 4, 8)[: bench.effort.points]
    models = [bench.effort.student.model_copy(update={"encoder_layers": n, "decoder_layers": n}) for n in counts]
    return [(float(2 * n), step_seconds(bench, model, 4000, 8, 22)) for n, model in zip(counts, models, strict=True)]


def beam(bench: Bench) -> Points:
    """Beams of 1 to 35 on the same sentences."""
    points = []
    sources = write_sources(bench, Task("growth", bench.models.student, 1, bench.effort.sentences // 4, {}))
    for size in (1, 2, 5, 10, 20, 35)[: bench.effort.points]:
        options = {"model": str(bench.models.student), "precision": "bfloat16", "beam": size, "n_best": 1}
        options |= {"single": False, "sources": str(sources)}
        side = Worker("ours_decoding", options, 1, bench.log("growth-beam"))
        try:
            points.append((float(size), min([side.turn().seconds for _ in range(REPEATS + 1)][1:])))
        finally:
            side.close()
    return points


def jobs(bench: Bench) -> Points:
    """Configs of 10 to 300 students, each with its training and scores."""
    points = []
    content = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for count in (10, 30, 100, 300)[: bench.effort.points]:
        students = {
            f"s{i}": {"targets": "gold", "loss": "nll", "learning_rate": 0.001 + i * 1e-6} for i in range(count)
        }
        changed = content | {"students": {"baseline": {"targets": "gold", "loss": "nll"}} | students}
        changed["prune"] = {"students": ["baseline"], "sparsities": [0.5]}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "config.yaml"
            file.write_text(yaml.safe_dump(changed), encoding="utf-8")
            command = [sys.executable, "-m", "snakemake", "-n", "results/report.html", "--directory", folder]
            start = time.perf_counter()
            subprocess.run(
                [*command, "--configfile", str(file)], cwd=ROOT, check=True, capture_output=True, env=os.environ
            )
            points.append((float(count + 1), time.perf_counter() - start))
    return points
