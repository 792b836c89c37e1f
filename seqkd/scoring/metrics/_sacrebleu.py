"""Statistics of sentences from sacrebleu's metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric


def sentence_statistics(metric: Metric, hypotheses: Sequence[str], references: Sequence[str]) -> NDArray[Any]:
    """What sacrebleu sums to get the corpus score, [sentences, statistics], in its order.

    Raises:
        ValueError: the sides differ in length.
    """
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} translations for {len(references)} references")
    return np.array(metric._extract_corpus_statistics(hypotheses, [references]))
