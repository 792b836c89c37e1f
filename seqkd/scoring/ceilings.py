"""What a perfect model would score: the true mode and a true sample of every test line, against the references.

For the corpus ``captions`` alone. A reference is itself one sample of the truth: the sample's BLEU is what a model
reaches that equals the truth and samples from it, the mode's what one reaches that always finds the likeliest
translation. Neither is a bound of BLEU, which a model that writes what BLEU likes may pass.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from seqkd.corpus.captions import Truth
from seqkd.files import read_lines, write_json, write_lines
from seqkd.scoring.bleu import bleu_metric
from seqkd.scoring.divergence import entropy_of, mode_of
from seqkd.scoring.meanings import truths_of

NUMBERS = ("mode_prob", "entropy", "translations")
"""Of which ceilings.json holds the mean over the lines."""


@dataclass(frozen=True)
class Perfect:
    """The truth about one line: its mode with its probability, a sample, entropy (nats), how many translations."""

    mode: str
    sample: str
    mode_prob: float
    entropy: float
    translations: int


def measure_ceilings(*, seed: int, bleu_tokenize: str, test_set: Path, folder: Path) -> dict[str, Any]:
    """Write every line's mode and one sample of its truth to ``folder``, and what they score: mode.txt, sample.txt,
    ceilings.json.

    Args:
        seed: seed of the samples.
        test_set: folder with test.tgt and test.groups, a line's meaning as JSON.
    """
    references = read_lines(test_set / "test.tgt")
    lines = [perfect(truth, Random(f"{seed} {place}")) for place, truth in enumerate(truths_of(test_set))]
    metric = bleu_metric(bleu_tokenize)
    scores = {}
    for name in ("mode", "sample"):
        texts = [getattr(line, name) for line in lines]
        write_lines(folder / f"{name}.txt", texts)
        scores[f"bleu_of_{name}"] = round(metric.corpus_score(texts, [references]).score, 4)
    numbers = {name: round(float(np.mean([getattr(line, name) for line in lines])), 8) for name in NUMBERS}
    found = {"sentences": len(lines), "bleu_signature": str(metric.get_signature()), **scores, **numbers}
    write_json(folder / "ceilings.json", found)
    return found


def perfect(truth: Truth, random: Random) -> Perfect:
    """Mode, sample and size of one line's truth."""
    mode, mode_prob = mode_of(truth)
    return Perfect(mode, truth.sample(random), mode_prob, entropy_of(truth), len(truth.translations()))
