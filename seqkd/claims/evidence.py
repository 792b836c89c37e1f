"""What a finished run measured, as quantities: BLEU and chrF resampled, other columns a number a seed."""

import math
from functools import cached_property

import numpy as np

from seqkd.claims.cast import Cast, Missing, Models
from seqkd.claims.quantity import Numbers, Quantity
from seqkd.report.compare import Resampled
from seqkd.report.held import Held
from seqkd.report.load import Results
from seqkd.report.settings import ReportSettings
from seqkd.scoring.fewest import FEWEST
from seqkd.scoring.primary_metric import MetricName
from seqkd.scoring.significance import Sample

DRAWS = 2000
"""Resamples of a rank correlation over systems."""


class Evidence:
    """The measurements on the first test set.

    Attributes:
        cast: which systems play which part.
        beam: name of the beam search.
    """

    def __init__(self, results: Results, settings: ReportSettings) -> None:
        self.results, self.settings, self.cast = results, settings, Cast(results.systems)
        self.test_set = results.test_sets[0]
        frame = results.scores
        self.scores = frame[frame["test_set"] == self.test_set]
        named = list(dict.fromkeys(self.scores["decoding"]))
        self.beam = next((name for name in named if name != "greedy"), "greedy")
        self._resampled: dict[tuple[str, MetricName], Resampled] = {}

    def bleu(self, models: Models, decoding: str = "greedy", metric: MetricName = "bleu") -> Quantity:
        """A score of the models of one system, resampled by sentences or documents.

        Raises:
            Missing: BLEU is undefined on the test set.
        """
        primary = self.results.metric(self.test_set)
        if metric == "bleu" and not primary.is_bleu_defined:
            raise Missing(f"on {self.test_set} {primary.reason}")
        found = self._scored(decoding, metric)
        rows = [found.rows[model.path] for model in models]
        own = np.array([found.corpus[row] for row in rows])
        return Quantity(own, found.scores[rows].mean(0), None, self.settings.confidence, seeds_of(models), found.text)

    @property
    def text(self) -> Sample:
        """The test set, as it is resampled."""
        return self._scored("greedy", "bleu").text

    def _scored(self, decoding: str, metric: MetricName) -> Resampled:
        key = decoding, metric
        if key not in self._resampled:
            self._resampled[key] = Resampled(self.results, self.test_set, *key, self.settings)
        return self._resampled[key]

    def column(self, models: Models, name: str, decoding: str = "greedy") -> Quantity:
        """A column of scores.csv.

        Raises:
            Missing: it was not measured.
        """
        frame = self.scores[self.scores["decoding"] == decoding].set_index("path")[name]
        values = np.array([float(frame[model.path]) for model in models])
        if np.isnan(values).any():
            raise Missing(f"{name} of {models[0].label} was not measured")
        return Quantity(values, None, None, self.settings.confidence, seeds_of(models))

    def speed(self, models: Models, batching: str) -> Quantity:
        """Words a second, greedy, over the teacher's with a beam, mean of the models that were timed.

        The interval is from the slowest to the fastest repeat; with few repeats there is none.
        """
        frame = self.results.speed
        mine = frame[frame["path"].isin([model.path for model in models])]
        mine = mine[(mine["decoding"] == "greedy") & (mine["batching"] == batching)]
        if mine.empty:
            raise Missing(f"the speed of {models[0].label} was not measured")
        ratio = float(mine["ratio_to_teacher"].mean())
        low, high = (
            getattr(mine["ratio_to_teacher"] * mine[f"words_per_second_{end}"] / mine["words_per_second"], end)()
            for end in ("min", "max")
        )
        enough = mine["repeats"].min() >= FEWEST["repeats"]
        return Quantity(np.array([ratio]), None, (float(low), float(high)) if enough else (math.nan, math.nan))

    @cached_property
    def held(self) -> Held | None:
        """Every model against the truth, where it is known."""
        place = self.results.folder / "truth"
        return Held(self.results, self.settings) if place.is_dir() else None

    def truth(self, models: Models, name: str) -> Quantity:
        """A statistic of models held against the truth, resampled by sentences.

        Raises:
            Missing: the truth of this corpus is not known.
        """
        if self.held is None:
            raise Missing("the truth of this corpus is not known")
        observed, drawn = self.held.every[name]
        rows = [self.held.rows[model.path] for model in models]
        mean, confidence = drawn[rows].mean(0), self.settings.confidence
        return Quantity(observed[rows], mean, None, confidence, seeds_of(models), self.held.text)

    def correlation(self, column: str, like_baseline: bool = False) -> Quantity:
        """Spearman's between a column and BLEU with a beam over the runs of all students of the first size.

        The interval resamples systems, each with all its seeds, which are near copies; the same ones for all columns.

        Args:
            like_baseline: only those that learn on references, from nothing.
        """
        greedy, beam = (
            self.scores[self.scores["decoding"] == decoding].set_index("path")[name]
            for decoding, name in (("greedy", column), (self.beam, "bleu"))
        )
        systems = [[one.path for one in models] for models in self._alike(like_baseline)]
        pairs = [np.array([greedy[paths], beam[paths]], dtype=np.float64).T for paths in systems]
        pairs = [one for one in pairs if not np.isnan(one).any()]
        if len(pairs) < FEWEST["systems"]:
            raise Missing(f"fewer than {FEWEST['systems']} systems have {column}")
        generator = np.random.default_rng(self.settings.bootstrap_seed)
        picks = generator.integers(len(pairs), size=(DRAWS, len(pairs)))
        drawn = np.array([spearman(np.concatenate([pairs[i] for i in some])) for some in picks])
        systems_drawn = Sample("systems", len(pairs), float(len(pairs)))
        found = np.array([spearman(np.concatenate(pairs))])
        return Quantity(found, drawn, None, self.settings.confidence, text=systems_drawn)

    def _alike(self, like_baseline: bool) -> list[Models]:
        """Students of the first size and the first teacher."""
        size, teacher = self.cast.baseline()[0].model, self.cast.teacher()[0].system
        return [
            models
            for models in self.cast.variants.values()
            if models[0].kind == "student" and models[0].model == size and models[0].teacher in ("", teacher)
            if not like_baseline or (models[0].targets == "gold" and not models[0].start)
        ]


def seeds_of(models: Models) -> tuple[int, ...]:
    """Their seeds; none for a teacher that is alone, and from whom all learned."""
    return () if models[0].kind == "teacher" and len(models) == 1 else tuple(model.seed for model in models)


def spearman(pairs: Numbers) -> float:
    """Rank correlation of two columns [n, 2], ties at their mean rank; 0 where a column is constant."""
    one, other = (_ranks(column) - (len(pairs) + 1) / 2 for column in pairs.T)
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0


def _ranks(values: Numbers) -> Numbers:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Numbers = np.asarray(counts.cumsum() - (counts - 1) / 2, dtype=np.float64)[place]
    return ranks
