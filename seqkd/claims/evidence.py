"""What a finished run measured, as quantities: BLEU and chrF resampled, other columns a number a seed."""

from functools import cached_property

import numpy as np

from seqkd.claims.cast import Cast, Missing, Models
from seqkd.claims.quantity import Numbers, Quantity
from seqkd.report.compare import Metric, Resampled
from seqkd.report.held import Held
from seqkd.report.load import Results
from seqkd.report.settings import ReportSettings

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
        self._resampled: dict[tuple[str, Metric], Resampled] = {}

    def bleu(self, models: Models, decoding: str = "greedy", metric: Metric = "bleu") -> Quantity:
        """A score of the models of one system, resampled by sentences."""
        key = decoding, metric
        if key not in self._resampled:
            self._resampled[key] = Resampled(self.results, self.test_set, *key, self.settings)
        found = self._resampled[key]
        rows = [found.rows[model.path] for model in models]
        own = np.array([found.corpus[row] for row in rows])
        return Quantity(own, found.scores[rows].mean(0), None, self.settings.confidence)

    def column(self, models: Models, name: str, decoding: str = "greedy") -> Quantity:
        """A column of scores.csv.

        Raises:
            Missing: it was not measured.
        """
        frame = self.scores[self.scores["decoding"] == decoding].set_index("path")[name]
        values = np.array([float(frame[model.path]) for model in models])
        if np.isnan(values).any():
            raise Missing(f"{name} of {models[0].label} was not measured")
        return Quantity(values)

    def speed(self, models: Models, batching: str) -> Quantity:
        """Words a second, greedy, over the teacher's with a beam; the interval is from slowest to fastest repeat."""
        frame = self.results.speed
        mine = frame[frame["path"].isin([model.path for model in models])]
        mine = mine[(mine["decoding"] == "greedy") & (mine["batching"] == batching)]
        if mine.empty:
            raise Missing(f"the speed of {models[0].label} was not measured")
        row = mine.iloc[0]
        ratio, own = float(row["ratio_to_teacher"]), float(row["words_per_second"])
        low, high = (float(row[f"words_per_second_{end}"]) / own for end in ("min", "max"))
        return Quantity(np.array([ratio]), None, (ratio * low, ratio * high))

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
        return Quantity(observed[rows], drawn[rows].mean(0), None, self.settings.confidence)

    def correlation(self, column: str, like_baseline: bool = False) -> Quantity:
        """Spearman's between a column and greedy BLEU over the runs of all students of the first size.

        The interval resamples runs; the same ones for all columns.

        Args:
            like_baseline: only those that learn on references, from nothing.
        """
        size, teacher = self.cast.baseline()[0].model, self.cast.teacher()[0].system
        runs = [
            model
            for models in self.cast.variants.values()
            for model in models
            if model.kind == "student" and model.model == size and model.teacher in ("", teacher)
            if not like_baseline or (model.targets == "gold" and not model.start)
        ]
        frame = self.scores[self.scores["decoding"] == "greedy"].set_index("path").loc[[run.path for run in runs]]
        pairs = frame[[column, "bleu"]].dropna().to_numpy(dtype=np.float64)
        if len(pairs) < 6:
            raise Missing(f"fewer than six runs have {column}")
        generator = np.random.default_rng(self.settings.bootstrap_seed)
        drawn = np.array([spearman(pairs[generator.integers(len(pairs), size=len(pairs))]) for _ in range(DRAWS)])
        return Quantity(np.array([spearman(pairs)]), drawn, None, self.settings.confidence)


def spearman(pairs: Numbers) -> float:
    """Rank correlation of two columns [n, 2], ties at their mean rank; 0 where a column is constant."""
    one, other = (_ranks(column) - (len(pairs) + 1) / 2 for column in pairs.T)
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0


def _ranks(values: Numbers) -> Numbers:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Numbers = np.asarray(counts.cumsum() - (counts - 1) / 2, dtype=np.float64)[place]
    return ranks
