"""Words per second, each next to the teacher's in the same run, so that the ratio holds on a noisy machine.

For each kind of batching, after a short warm-up, model and teacher take turns on the same sentences: model greedy,
model beam, teacher beam, and every second round the other way round, so that a machine that slows down or speeds up
favours neither. Short passes are repeated within a round. The ratio of a round divides figures measured seconds
apart; the median over rounds counts. A word of the source is what ``corpus.cleaning`` counts as one.
"""

import os
import platform
import resource
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from seqkd.corpus.text import count_words
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.scoring.sentences import evenly_spaced
from seqkd.scoring.sizes import name_of, size
from seqkd.scoring.speed_settings import SpeedSettings
from seqkd.utils.files import read_lines, write_json
from seqkd.utils.malloc import tune_malloc

WARM_UP = 0.25
"""Share of the sentences that each model translates before time is taken."""
MIN_SECONDS = 0.3
"""Minimum of what is measured. A small model's pass takes a tenth of a second, and the first one after another
model's is up to a half slower than those that follow, since memory and caches still hold the other model."""


@dataclass(frozen=True)
class Workload:
    """Sentences to translate: their ids, their number of words, and how many source tokens are searched at once."""

    name: str
    ids: list[list[int]]
    words: int
    batch_tokens: int

    def seconds(self, model: TranslationModel, search: SearchSettings, share: float = 1.0) -> float:
        """Time of a pass over the first ``share`` of the sentences, the median of several if it is short."""
        sentences = self.ids[: max(1, int(share * len(self.ids)))]
        passes: list[float] = []
        while sum(passes) < MIN_SECONDS:
            start = time.perf_counter()
            translate(model, sentences, search, self.batch_tokens, scored=False)
            passes.append(time.perf_counter() - start)
        return statistics.median(passes)


def measure_speed(
    *,
    settings: SpeedSettings,
    search: SearchSettings,
    teacher_search: SearchSettings,
    system: dict[str, Any],
    model: Path,
    teacher: Path,
    tokenizer: Path,
    test_set: Path,
    folder: Path,
    precision: str,
) -> dict[str, Any]:
    """Measure a model's speed and write speed.json to ``folder``.

    Args:
        search: the beam search; the model is also measured greedily.
        teacher_search: the teacher's, which is measured with its beam alone.
        system: the columns that tell which system this is.
        teacher: folder of the teacher to compare with.
    """
    tune_malloc()
    torch.set_num_threads(settings.threads)
    sizes = Tokenizer(tokenizer).sizes
    network, teacher_network = checkpoint.load(model, precision, sizes), checkpoint.load(teacher, precision, sizes)
    load_before = os.getloadavg()[0]
    measurements = []
    measured = workloads(settings, tokenizer, test_set)
    for workload in measured:
        greedy = search.model_copy(update={"beam": 1})
        runs = {name_of(kind): (network, kind) for kind in (greedy, search)}
        runs["teacher"] = (teacher_network, teacher_search)
        measurements += compare(workload, runs, settings, settings.time_budget / len(measured))
    result = {
        "measurements": measurements,
        "threads": settings.threads,
        "load_average": round(load_before, 2),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "cpu": cpu_name(),
    }
    write_json(folder / "speed.json", system | result | size(model))
    return {"measurements": len(measurements)}


def workloads(settings: SpeedSettings, tokenizer: Path, test_set: Path) -> list[Workload]:
    """Test sentences, evenly spaced: some in batches, fewer one at a time."""
    lines = read_lines(test_set / "test.src")
    loads = []
    kinds = (("batched", settings.sentences, BATCH_TOKENS), ("single", settings.single_sentences, 1))
    for name, limit, tokens in kinds:
        chosen = [lines[i] for i in evenly_spaced(len(lines), limit)]
        loads.append(Workload(name, Tokenizer(tokenizer).src.encode(chosen), sum(map(count_words, chosen)), tokens))
    return loads


def compare(
    workload: Workload, runs: dict[str, tuple[TranslationModel, SearchSettings]], settings: SpeedSettings, budget: float
) -> list[dict[str, Any]]:
    """Measure one workload: rounds of all three runs until repeats or time are used up, two rounds at least."""
    start = time.perf_counter()
    for model, search in runs.values():
        workload.seconds(model, search, WARM_UP)
    rounds: list[dict[str, float]] = []
    while len(rounds) < settings.repeats:
        order = list(runs) if len(rounds) % 2 == 0 else list(reversed(runs))
        rounds.append({name: workload.seconds(*runs[name]) for name in order})
        spent = time.perf_counter() - start
        if len(rounds) >= 2 and spent + spent / len(rounds) > budget:
            break
    return [summary(workload, name, rounds) for name in runs if name != "teacher"]


def summary(workload: Workload, name: str, rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Median, slowest and fastest over the rounds, in source words per second."""
    speeds = [workload.words / times[name] for times in rounds]
    return {
        "decoding": name,
        "batching": workload.name,
        "words_per_second": round(statistics.median(speeds), 2),
        "words_per_second_min": round(min(speeds), 2),
        "words_per_second_max": round(max(speeds), 2),
        "teacher_words_per_second": round(statistics.median(workload.words / times["teacher"] for times in rounds), 2),
        "ratio_to_teacher": round(statistics.median(times["teacher"] / times[name] for times in rounds), 3),
        "repeats": len(rounds),
        "sentences": len(workload.ids),
    }


def cpu_name() -> str:
    """Name of the CPU, as the system reports it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
