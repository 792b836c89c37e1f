"""Greedy BLEU while training: on dev for choosing a model, on training sentences to see what was learned by heart.

Gold perplexity is no criterion here: it worsens while the BLEU of a distilled student rises (Kim & Rush 2016, table 1).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seqkd.batches.dataset import Dataset
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.files import read_lines
from seqkd.models.interface import TranslationModel
from seqkd.scoring.bleu import corpus_bleu, length_ratio
from seqkd.tokenizer.tokenizer import Tokenizer
from seqkd.training.processes import Processes

GREEDY = SearchSettings(beam=1)
TRAIN_SAMPLE = 500
"""Training sentences, evenly spread, on which BLEU is measured after a training."""


@dataclass(frozen=True)
class Evaluation:
    """Sentences to translate: source ids and reference texts. Each process translates its share."""

    sources: list[list[int]]
    references: list[str]
    tokenizer: Tokenizer
    bleu_tokenize: str
    processes: Processes = field(default_factory=Processes)

    def measure(self, model: TranslationModel) -> tuple[float, float]:
        """Greedy BLEU and length ratio of ``model``, which is left in training mode if it was."""
        training = model.training
        model.eval()
        own = self.processes.share(len(self.sources))
        found = translate(model, own.of(self.sources) if own.counted else [], GREEDY, scored=False)
        model.train(training)
        ids = self.processes.sentences([hypotheses[0].ids for hypotheses in found])
        texts = [self.tokenizer.tgt.decode(one) for one in ids]
        bleu = corpus_bleu(texts, self.references, self.bleu_tokenize).score
        return round(bleu, 4), round(length_ratio(texts, self.references, self.bleu_tokenize), 4)


def on_dev(corpus: Path, tokenizer_folder: Path, bleu_tokenize: str, processes: Processes | None = None) -> Evaluation:
    """The dev set."""
    dev = Dataset(tokenizer_folder / "dev")
    sources = [dev.src[i].tolist() for i in range(len(dev))]
    return Evaluation(
        sources, read_lines(corpus / "dev.tgt"), Tokenizer(tokenizer_folder), bleu_tokenize, processes or Processes()
    )


def on_training_sample(
    dataset: Dataset, tokenizer_folder: Path, bleu_tokenize: str, processes: Processes
) -> Evaluation:
    """Sentences of the training set itself, against the targets that were trained on."""
    tokenizer = Tokenizer(tokenizer_folder)
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(TRAIN_SAMPLE, len(dataset))).astype(int)).tolist()
    references = [tokenizer.tgt.decode(dataset.tgt[i].tolist()) for i in chosen]
    return Evaluation([dataset.src[i].tolist() for i in chosen], references, tokenizer, bleu_tokenize, processes)
