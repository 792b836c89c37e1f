"""What a finished run measured, as estimates: BLEU and chrF resampled, other columns as one number a seed."""

import math
from functools import cached_property

import numpy as np
import pandas as pd

from seqkd.analysis.comparisons import BootstrapScores
from seqkd.analysis.hypothesis import SystemNotFound
from seqkd.analysis.minimums import MINIMUM
from seqkd.analysis.papers.estimate import Estimate, Numbers
from seqkd.analysis.papers.system_index import Models, SystemIndex
from seqkd.analysis.results import Results, select
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.significance import Sample
from seqkd.analysis.true_distribution import TruthComparison
from seqkd.scoring.primary_metric import MetricName

DRAWS = 2000
"""Resamples of a rank correlation over systems."""


class RunMeasurements:
    """The measurements on the first test set.

    Attributes:
        index: finds the systems of the run.
        beam: name of the beam search.
    """

    def __init__(self, results: Results, settings: ReportSettings) -> None:
        self.results, self.settings, self.index = results, settings, SystemIndex(results.models)
        self.test_set = results.test_sets[0]
        self.scores = select(results.scores, test_set=self.test_set)
        self.beam = next((name for name in self.scores["decoding"] if name != "greedy"), "greedy")
        self._bootstrapped: dict[tuple[str, MetricName], BootstrapScores] = {}

    def bleu(self, models: Models, decoding: str = "greedy", metric: MetricName = "bleu") -> Estimate:
        """A score of the models of one system, resampled by sentences or documents.

        Raises:
            SystemNotFound: BLEU is undefined on the test set.
        """
        primary = self.results.metric(self.test_set)
        if metric == "bleu" and not primary.is_bleu_defined:
            raise SystemNotFound(f"on {self.test_set} {primary.reason}")
        scores = self._bootstrap(decoding, metric)
        rows = [scores.rows[model.path] for model in models]
        observed = np.array([scores.observed[row] for row in rows])
        return self._estimate(models, observed, scores.resampled[rows], scores.text)

    def _estimate(
        self, models: Models, values: Numbers, resampled: Numbers | None = None, text: Sample | None = None
    ) -> Estimate:
        """An estimate from a value, [S], and resamples, [S, R], of each seed."""
        mean = None if resampled is None else resampled.mean(0)
        return Estimate(values, mean, None, self.settings.confidence, paired_seeds(models), text)

    @property
    def text(self) -> Sample:
        """The test set, as it is resampled."""
        return self._bootstrap("greedy", "bleu").text

    def _bootstrap(self, decoding: str, metric: MetricName) -> BootstrapScores:
        key = decoding, metric
        if key not in self._bootstrapped:
            self._bootstrapped[key] = BootstrapScores(self.results, self.test_set, *key, self.settings)
        return self._bootstrapped[key]

    def column(self, models: Models, name: str, decoding: str = "greedy") -> Estimate:
        """A column of scores.csv.

        Raises:
            SystemNotFound: it was not measured.
        """
        column = self._by_path(name, decoding)
        values = np.array([float(column[model.path]) for model in models])
        if np.isnan(values).any():
            raise SystemNotFound(f"{name} of {models[0].label} was not measured")
        return self._estimate(models, values)

    def _by_path(self, name: str, decoding: str) -> "pd.Series[float]":
        return select(self.scores, decoding=decoding).set_index("path")[name]

    def speed(self, models: Models, batching: str) -> Estimate:
        """Words a second, greedy, over the teacher's with a beam, mean of the models that were timed.

        The interval is from the slowest to the fastest repeat; with few repeats there is none.

        Raises:
            SystemNotFound: it was not measured.
        """
        frame = select(self.results.speed, decoding="greedy", batching=batching)
        frame = frame[frame["path"].isin([model.path for model in models])]
        if frame.empty:
            raise SystemNotFound(f"the speed of {models[0].label} was not measured")
        ratios = frame["ratio_to_teacher"]
        slowest = (ratios * frame["words_per_second_min"] / frame["words_per_second"]).min()
        fastest = (ratios * frame["words_per_second_max"] / frame["words_per_second"]).max()
        enough = frame["repeats"].min() >= MINIMUM["repeats"]
        interval = (float(slowest), float(fastest)) if enough else (math.nan, math.nan)
        return Estimate(np.array([float(ratios.mean())]), None, interval)

    @cached_property
    def truth(self) -> TruthComparison | None:
        """Every model compared with the true distribution, where that is known."""
        return TruthComparison(self.results, self.settings) if (self.results.folder / "truth").is_dir() else None

    def truth_statistic(self, models: Models, name: str) -> Estimate:
        """A statistic of models compared with the true distribution, resampled by sentences.

        Raises:
            SystemNotFound: the true distribution of this corpus is not known.
        """
        if self.truth is None:
            raise SystemNotFound("the true distribution of this corpus is not known")
        observed, resampled = self.truth.statistics[name]
        rows = [self.truth.rows[model.path] for model in models]
        return self._estimate(models, observed[rows], resampled[rows], self.truth.text)

    def correlation(self, column: str, only_like_baseline: bool = False) -> Estimate:
        """Spearman's between a column and BLEU with a beam over the runs of all students of the first size.

        The interval resamples systems, each with all its seeds, which are near copies; the same ones for all columns.

        Args:
            only_like_baseline: only those that learn on references, from scratch.

        Raises:
            SystemNotFound: too few systems have the column.
        """
        measured, bleu = self._by_path(column, "greedy"), self._by_path("bleu", self.beam)
        systems = [[model.path for model in models] for models in self._comparable(only_like_baseline)]
        pairs = [np.array([measured[paths], bleu[paths]], dtype=np.float64).T for paths in systems]
        pairs = [numbers for numbers in pairs if not np.isnan(numbers).any()]
        if len(pairs) < MINIMUM["systems"]:
            raise SystemNotFound(f"fewer than {MINIMUM['systems']} systems have {column}")
        generator = np.random.default_rng(self.settings.bootstrap_seed)
        draws = generator.integers(len(pairs), size=(DRAWS, len(pairs)))
        resampled = np.array([spearman(np.concatenate([pairs[system] for system in draw])) for draw in draws])
        observed = np.array([spearman(np.concatenate(pairs))])
        text = Sample("systems", len(pairs), float(len(pairs)))
        return Estimate(observed, resampled, None, self.settings.confidence, text=text)

    def _comparable(self, only_like_baseline: bool) -> list[Models]:
        """Students of the first size and the first teacher."""
        size, teacher = self.index.baseline()[0].model, self.index.teacher()[0].system
        return [
            models
            for models in self.index.variants.values()
            if models[0].kind == "student" and models[0].model == size and models[0].teacher in ("", teacher)
            if not only_like_baseline or (models[0].targets == "gold" and not models[0].init_from)
        ]


def paired_seeds(models: Models) -> tuple[int, ...]:
    """Their seeds; none for a single teacher, which all students share."""
    return () if models[0].kind == "teacher" and len(models) == 1 else tuple(model.seed for model in models)


def spearman(pairs: Numbers) -> float:
    """Rank correlation of two columns [n, 2], ties at their mean rank; 0 where a column is constant."""
    correlation = float(pd.DataFrame(pairs).corr(method="spearman").to_numpy()[0, 1])
    return 0.0 if math.isnan(correlation) else correlation
