"""Words a second, each beside the teacher's in the same run, so that the ratio holds on a noisy machine.

Per kind of batching, after a short warm-up of each, model and teacher take turns on the same sentences: model greedy,
model beam, teacher beam, and every second round the other way round, so that a machine that slows down or speeds up
favours neither. Short passes are repeated within a round. The ratio of a round divides figures that stand seconds
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

import numpy as np
import torch

from seqkd.corpus.text import count_words
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.files import read_lines, write_json
from seqkd.memory import tune_malloc
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.scoring.sizes import name_of, size
from seqkd.scoring.speed_settings import SpeedSettings
from seqkd.tokenizer.tokenizer import Tokenizer

WARM_UP = 0.25
"""Share of the sentences that each model translates before time is taken."""
LEAST = 0.3
"""Seconds that are measured at least. A small model's pass takes a tenth of a second, and the first one after another
model's is up to a half slower than those that follow: memory and caches are still the other's."""


@dataclass(frozen=True)
class Load:
    """Sentences to translate: their ids, their words, and how many source tokens are searched at once."""

    name: str
    ids: list[list[int]]
    words: int
    batch_tokens: int

    def seconds(self, model: TranslationModel, search: SearchSettings, share: float = 1.0) -> float:
        """Time of a pass over the first ``share`` of the sentences, the median of several if it is short."""
        some = self.ids[: max(1, int(share * len(self.ids)))]
        passes: list[float] = []
        while sum(passes) < LEAST:
            start = time.perf_counter()
            translate(model, some, search, self.batch_tokens, scored=False)
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
    own, other = store.load(model, precision, sizes), store.load(teacher, precision, sizes)
    load_before = os.getloadavg()[0]
    measurements = []
    loads = workloads(settings, tokenizer, test_set)
    for load in loads:
        greedy = search.model_copy(update={"beam": 1})
        runs = {name_of(one): (own, one) for one in (greedy, search)} | {"teacher": (other, teacher_search)}
        measurements += compare(load, runs, settings, settings.time_budget / len(loads))
    result = {
        "measurements": measurements,
        "threads": settings.threads,
        "load_average": round(load_before, 2),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "processor": processor(),
    }
    write_json(folder / "speed.json", system | result | size(own, model))
    return {"measurements": len(measurements)}


def workloads(settings: SpeedSettings, tokenizer: Path, test_set: Path) -> list[Load]:
    """Test sentences, evenly taken: some in batches, fewer one at a time."""
    lines = read_lines(test_set / "test.src")
    loads = []
    kinds = (("batched", settings.sentences, BATCH_TOKENS), ("single", settings.single_sentences, 1))
    for name, wanted, tokens in kinds:
        places = np.unique(np.linspace(0, len(lines) - 1, min(wanted, len(lines))).astype(int))
        chosen = [lines[i] for i in places]
        loads.append(Load(name, Tokenizer(tokenizer).src.encode(chosen), sum(map(count_words, chosen)), tokens))
    return loads


def compare(
    load: Load, runs: dict[str, tuple[TranslationModel, SearchSettings]], settings: SpeedSettings, budget: float
) -> list[dict[str, Any]]:
    """Measure one workload: rounds of all three runs until repeats or time are used up, two rounds at least."""
    start = time.perf_counter()
    for model, how in runs.values():
        load.seconds(model, how, WARM_UP)
    rounds: list[dict[str, float]] = []
    while len(rounds) < settings.repeats:
        order = list(runs) if len(rounds) % 2 == 0 else list(reversed(runs))
        rounds.append({name: load.seconds(*runs[name]) for name in order})
        spent = time.perf_counter() - start
        if len(rounds) >= 2 and spent + spent / len(rounds) > budget:
            break
    return [summary(load, name, rounds) for name in runs if name != "teacher"]


def summary(load: Load, name: str, rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Median, slowest and fastest over the rounds, in source words a second."""
    speeds = [load.words / one[name] for one in rounds]
    return {
        "decoding": name,
        "batching": load.name,
        "words_per_second": round(statistics.median(speeds), 2),
        "words_per_second_min": round(min(speeds), 2),
        "words_per_second_max": round(max(speeds), 2),
        "teacher_words_per_second": round(statistics.median(load.words / one["teacher"] for one in rounds), 2),
        "ratio_to_teacher": round(statistics.median(one["teacher"] / one[name] for one in rounds), 3),
        "repeats": len(rounds),
        "sentences": len(load.ids),
    }


def processor() -> str:
    """Name of the processor, as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
