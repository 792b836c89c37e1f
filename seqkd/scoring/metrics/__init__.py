"""Metrics of translation quality, one file each: ``ter.py`` here is the metric ``ter``; nothing else registers it.

BLEU and chrF are always computed, the others where ``score.extra_metrics`` names them. The module defines

``LABEL``
    its name in tables;
``HIGHER_IS_BETTER``
    False for error rates;
``NEEDS_SOURCES``
    whether ``score_sentences`` reads the source texts;
``score_sentences(hypotheses, references, sources, tokenize)``
    sufficient statistics of each sentence, [sentences, statistics], of detokenised texts with one reference each.
    Column 1 is the sentence's weight in the corpus score: its reference's length, or 1 for a mean over sentences.
    ``sources`` is empty unless ``NEEDS_SOURCES``; ``tokenize`` is sacrebleu's name of the run's tokenization.
    ValueError if the sides differ in length;
``aggregate(sums)``
    the corpus score, in points, of statistics summed over sentences: [..., statistics] to [...], float64;
``signature(tokenize)``
    what tells this score from others of the same name: options and version;
``missing()``
    optional: what has to be installed first, as the end of a sentence; "" if nothing.

Sums of statistics are all that the bootstrap needs, so a metric has significance tests without further code. A module
is imported when it is used, so it may import what others need not have.
``tests/scoring/test_metric_contract.py`` checks all this for every file.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALWAYS = ("bleu", "chrf")
"""Metrics of every run: models are selected and compared by one of them (``seqkd.scoring.primary_metric``)."""

NAMES = tuple(sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py")))
"""The registered metrics."""

EXTRA = tuple(name for name in NAMES if name not in ALWAYS)


class Metric(Protocol):
    """What the module of a metric defines; see above."""

    LABEL: str
    HIGHER_IS_BETTER: bool
    NEEDS_SOURCES: bool

    def score_sentences(
        self, hypotheses: Sequence[str], references: Sequence[str], sources: Sequence[str], tokenize: str
    ) -> "NDArray[Any]":
        """Statistics of each sentence, [sentences, statistics]."""

    def aggregate(self, sums: "NDArray[Any]") -> "NDArray[np.float64]":
        """Scores of summed statistics, [..., statistics] to [...]."""

    def signature(self, tokenize: str) -> str:
        """Options and version."""


def module_of(name: str) -> str:
    """Name of the module that defines the metric ``name``."""
    return f"{__name__}.{name}"


def load(name: str) -> Metric:
    """The metric ``name``, imported on first use."""
    return cast(Metric, import_module(module_of(name)))


def missing(name: str) -> str:
    """What has to be installed for the metric, as the end of a sentence; "" if nothing."""
    check = getattr(load(name), "missing", None)
    return str(check()) if check else ""


def modules_of_metrics(settings: dict[str, Any]) -> list[str]:
    """Modules that a job with these settings imports by name."""
    return [module_of(name) for name in settings.get("metrics", ())]
