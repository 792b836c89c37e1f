"""Greedy BLEU while training: on dev for choosing a model, on training sentences to see what was learned by heart.

Gold perplexity is no criterion here: it worsens while the BLEU of a distilled student rises (Kim & Rush 2016, table 1).
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seqkd.batches.dataset import EOS, Dataset
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.files import read_lines
from seqkd.models.interface import TranslationModel
from seqkd.scoring.bleu import corpus_bleu
from seqkd.tokenizer.tokenizer import Tokenizer
from seqkd.training.processes import Processes

log = logging.getLogger(__name__)

TRAIN_SAMPLE = 500
"""Training sentences, evenly spread, on which BLEU is measured after a training."""


@dataclass(frozen=True)
class Measured:
    """Greedy BLEU, length ratio (output over reference, in BLEU's tokens), and how many outputs were cut off."""

    bleu: float
    length_ratio: float
    truncated: int


@dataclass(frozen=True)
class Evaluation:
    """Sentences to translate: source ids and reference texts. Each process translates its share.

    ``limits`` are those of every search with the model: a lower limit here would choose another model.
    """

    sources: list[list[int]]
    references: list[str]
    tokenizer: Tokenizer
    bleu_tokenize: str
    limits: LengthLimits
    processes: Processes = field(default_factory=Processes)

    def measure(self, model: TranslationModel) -> Measured:
        """Translate with ``model``, which is left in training mode if it was."""
        training = model.training
        model.eval()
        own = self.processes.share(len(self.sources))
        greedy = SearchSettings(beam=1, **self.limits.model_dump())
        found = translate(model, own.of(self.sources) if own.counted else [], greedy, scored=False)
        model.train(training)
        # What was cut off has one id more here, for an end that every process can count.
        ids = self.processes.sentences([[*best.ids, *[EOS] * (not best.finished)] for best, *_ in found])
        truncated = sum(one[-1:] == [EOS] for one in ids)
        texts = [self.tokenizer.tgt.decode([piece for piece in one if piece != EOS]) for one in ids]
        score = corpus_bleu(texts, self.references, self.bleu_tokenize)
        if truncated:
            log.warning(
                "%d of %d translations were cut off at %g times the source's subwords and %d more "
                "(score.search.max_length_ratio, max_length_extra)",
                truncated,
                len(texts),
                self.limits.max_length_ratio,
                self.limits.max_length_extra,
            )
        return Measured(round(score.score, 4), round(score.sys_len / max(1, score.ref_len), 4), truncated)


def on_dev(
    corpus: Path,
    tokenizer_folder: Path,
    bleu_tokenize: str,
    limits: LengthLimits,
    processes: Processes | None = None,
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
        processes or Processes(),
    )


def on_training_sample(
    dataset: Dataset, tokenizer_folder: Path, bleu_tokenize: str, limits: LengthLimits, processes: Processes
) -> Evaluation:
    """Sentences of the training set itself, against the targets that were trained on."""
    tokenizer = Tokenizer(tokenizer_folder)
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(TRAIN_SAMPLE, len(dataset))).astype(int)).tolist()
    references = [tokenizer.tgt.decode(dataset.tgt[i].tolist()) for i in chosen]
    sources = [dataset.src[i].tolist() for i in chosen]
    return Evaluation(sources, references, tokenizer, bleu_tokenize, limits, processes)
