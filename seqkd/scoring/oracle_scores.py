"""What a perfect model would score: the true mode and a true sample of every test line, against the references.

Only for the corpus ``captions``. A reference is itself one sample of the truth: the sample's BLEU is what a model
reaches that equals the truth and samples from it, the mode's what one reaches that always finds the most probable
translation. Neither is an upper bound of BLEU, which a model that writes what BLEU likes may exceed.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from seqkd.corpus.captions import Truth
from seqkd.scoring.divergence import entropy_of, mode_of
from seqkd.scoring.meanings import truths_of
from seqkd.scoring.metrics.bleu import corpus_bleu, signature
from seqkd.utils.files import read_lines, write_json, write_lines

AVERAGED = ("mode_prob", "entropy", "translations")
"""Fields of ``Oracle`` of which oracle_scores.json holds the mean over the lines."""


@dataclass(frozen=True)
class Oracle:
    """The truth about one line: its mode with its probability, a sample, entropy (nats), number of translations."""

    mode: str
    sample: str
    mode_prob: float
    entropy: float
    translations: int


def measure_oracle_scores(*, seed: int, bleu_tokenize: str, test_set: Path, folder: Path) -> dict[str, Any]:
    """Write every line's mode and one sample of its truth to ``folder``, and their scores: mode.txt, sample.txt,
    oracle_scores.json.

    Args:
        seed: seed of the samples.
        test_set: folder with test.tgt and test.groups, a line's meaning as JSON.

    Returns:
        The content of oracle_scores.json, for the manifest.
    """
    references = read_lines(test_set / "test.tgt")
    oracles = [oracle_of(truth, Random(f"{seed} {line}")) for line, truth in enumerate(truths_of(test_set))]
    scores: dict[str, Any] = {"sentences": len(oracles), "bleu_signature": signature(bleu_tokenize)}
    for name in ("mode", "sample"):
        texts = [getattr(oracle, name) for oracle in oracles]
        write_lines(folder / f"{name}.txt", texts)
        scores[f"bleu_of_{name}"] = round(corpus_bleu(texts, references, bleu_tokenize).score, 4)
    for name in AVERAGED:
        scores[name] = round(float(np.mean([getattr(oracle, name) for oracle in oracles])), 8)
    write_json(folder / "oracle_scores.json", scores)
    return scores


def oracle_of(truth: Truth, random: Random) -> Oracle:
    """Mode, sample and size of one line's truth."""
    mode, mode_prob = mode_of(truth)
    return Oracle(mode, truth.sample(random), mode_prob, entropy_of(truth), len(truth.translations()))
