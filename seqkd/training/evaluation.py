"""Greedy BLEU and chrF during training: on dev to choose the model, on training sentences to detect memorisation.

Gold perplexity is not used: it worsens while the BLEU of a distilled student rises (Kim & Rush 2016, table 1).
"""

import logging
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from seqkd.corpus.language import bleu_name
from seqkd.data.dataset import EOS, Dataset
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.models.base import TranslationModel
from seqkd.scoring.metrics.bleu import corpus_bleu
from seqkd.scoring.metrics.chrf import chrf_metric
from seqkd.scoring.primary_metric import PrimaryMetric, primary_metric
from seqkd.training.distributed import ProcessGroup
from seqkd.utils.files import read_lines

log = logging.getLogger(__name__)

TRAIN_SAMPLE = 500
"""Evenly spaced training sentences on which BLEU is measured after training."""


@dataclass(frozen=True)
class DevScores:
    """BLEU and chrF (0 to 100, four decimals), tokens of the translations over tokens of the references, and the number
    of truncated translations."""

    bleu: float
    chrf: float
    length_ratio: float
    truncated: int


@dataclass(frozen=True)
class Evaluation:
    """Sentences to translate: source ids and reference texts. Each process translates its share.

    ``is_fallback``: BLEU's tokenization does not fit the language; see ``seqkd.corpus.language.Tokenization``.
    ``limits`` are those of every later search with the model, since other limits would select another model.
    """

    sources: list[list[int]]
    references: list[str]
    tokenizer: Tokenizer
    bleu_tokenize: str
    limits: LengthLimits
    processes: ProcessGroup = field(default_factory=ProcessGroup)
    is_fallback: bool = False

    @cached_property
    def metric(self) -> PrimaryMetric:
        """The metric that selects models on these sentences."""
        return primary_metric(self.references, self.bleu_tokenize, self.is_fallback)

    def rank(self, bleu: float, chrf: float) -> tuple[float, ...]:
        """Sort key, greater for the better model: BLEU to two decimals, ties broken by chrF, so that models with BLEU
        0.00 are ranked too."""
        return (chrf,) if self.metric.name == "chrf" else (round(bleu, 2), chrf)

    def words(self, scores: DevScores) -> str:
        """Both scores for the log, the selecting one first."""
        if self.metric.name == "chrf":
            bleu = f"{scores.bleu:.2f}" if self.metric.is_bleu_defined else f"undefined ({scores.bleu:.2f})"
            return f"chrF {scores.chrf:.2f}, {bleu_name(self.bleu_tokenize)} {bleu}"
        return f"BLEU {scores.bleu:.2f}, chrF {scores.chrf:.2f}"

    def measure(self, model: TranslationModel) -> DevScores:
        """Scores of greedy search with ``model``, which is left in training mode if it was."""
        training = model.training
        model.eval()
        rows = self.processes.share(len(self.sources))
        greedy = SearchSettings(beam=1, **self.limits.model_dump())
        hypotheses = translate(model, rows.of(self.sources) if rows.contributes else [], greedy, scored=False)
        model.train(training)
        # Only truncated translations end in EOS here, so that every process can count them.
        translations = self.processes.all_gather_ids(
            [[*best.ids, *[EOS] * (not best.finished)] for best, *_ in hypotheses]
        )
        truncated = sum(ids[-1:] == [EOS] for ids in translations)
        texts = [self.tokenizer.tgt.decode([token for token in ids if token != EOS]) for ids in translations]
        bleu = corpus_bleu(texts, self.references, self.bleu_tokenize)
        chrf = chrf_metric().corpus_score(texts, [self.references]).score
        if truncated:
            log.warning(
                "%d of %d translations were cut off at %g times the source's subwords plus %d "
                "(score.search.max_length_ratio, max_length_extra)",
                truncated,
                len(texts),
                self.limits.max_length_ratio,
                self.limits.max_length_extra,
            )
        length_ratio = bleu.sys_len / max(1, bleu.ref_len)
        return DevScores(round(bleu.score, 4), round(chrf, 4), round(length_ratio, 4), truncated)


def dev_evaluation(
    corpus: Path,
    tokenizer_folder: Path,
    bleu_tokenize: str,
    limits: LengthLimits,
    processes: ProcessGroup | None = None,
    is_fallback: bool = False,
) -> Evaluation:
    """The dev set."""
    dev = Dataset(tokenizer_folder / "dev")
    sources = [dev.src[i].tolist() for i in range(len(dev))]
    return Evaluation(
        sources,
        read_lines(corpus / "dev.tgt"),
        Tokenizer(tokenizer_folder),
        bleu_tokenize,
        limits,
        processes or ProcessGroup(),
        is_fallback,
    )


def training_sample_evaluation(
    dataset: Dataset,
    tokenizer_folder: Path,
    bleu_tokenize: str,
    limits: LengthLimits,
    processes: ProcessGroup,
    is_fallback: bool = False,
) -> Evaluation:
    """Evenly spaced training sentences, with the targets that were trained on as references."""
    tokenizer = Tokenizer(tokenizer_folder)
    indices = np.unique(np.linspace(0, len(dataset) - 1, min(TRAIN_SAMPLE, len(dataset))).astype(int)).tolist()
    references = [tokenizer.tgt.decode(dataset.tgt[i].tolist()) for i in indices]
    sources = [dataset.src[i].tolist() for i in indices]
    return Evaluation(sources, references, tokenizer, bleu_tokenize, limits, processes, is_fallback)
