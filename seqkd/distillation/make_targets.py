"""The stage ``targets``: select training targets among a teacher's translations, by ``distillation.targets``."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from seqkd.data.dataset import TokenIds
from seqkd.data.tokenizer import SIDES
from seqkd.distillation.targets import Candidate, load
from seqkd.distillation.write_targets import Pair, write_targets
from seqkd.utils.errors import UserError
from seqkd.utils.lines import SequentialLines

log = logging.getLogger(__name__)


def make_targets(
    *, kind: str, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path, bleu_tokenize: str = ""
) -> dict[str, Any]:
    """Write the training pairs of a kind of targets to ``folder``.

    Args:
        kind: one of ``seqkd.distillation.targets.NAMES``.
        shards: the teacher's translations: of every training line, or for kinds that select from n-best lists of some.
        bleu_tokenize: sacrebleu's tokenization, for kinds with a ``SCORE``.

    Returns:
        Statistics: sentences, pairs, distinct pairs (within a sentence) and the length ratio; for kinds with a
        ``SCORE`` also how often the first candidate was not the best, and mean scores of the first and of the best.

    Raises:
        UserError: a shard is damaged, the shards do not cover the training set, or all targets are empty.
    """
    selection = _Selection(load(kind), bleu_tokenize)
    lines = read_shards(shards) if selection.module.DECODING == "n-best" else covering(shards, tokenizer)

    def pairs() -> Iterator[Pair]:
        sources, references = (SequentialLines(corpus / f"train.{side}") for side in SIDES)
        for line, hypotheses in lines:
            for target in selection.select(hypotheses, references[line]):
                yield Pair(line, sources[line], target.text, target.ids)

    lengths = write_targets(pairs(), tokenizer, folder)
    return selection.stats() | lengths


@dataclass
class _Selection:
    """A kind of targets, and sums over the sentences it has selected from."""

    module: ModuleType
    bleu_tokenize: str
    counts: Counter[str] = field(default_factory=Counter)
    first_score: float = 0.0
    best_score: float = 0.0

    def select(self, hypotheses: list[dict[str, Any]], reference: str) -> list[Candidate]:
        """The targets of one sentence; adds them to the sums."""
        candidates = [Candidate(hypothesis["text"], hypothesis.get("ids")) for hypothesis in hypotheses]
        if hasattr(self.module, "SCORE"):
            candidates = self._ranked(Counter(candidate.text for candidate in candidates), reference)
        targets: list[Candidate] = self.module.select(candidates, Candidate(reference))
        texts = {target.text for target in targets}
        self.counts.update(sentences=1, pairs=len(targets), distinct_pairs=len(texts))
        if self.counts["sentences"] % 2000 == 0:
            log.info("%d sentences", self.counts["sentences"])
        return targets

    def _ranked(self, candidates: Counter[str], reference: str) -> list[Candidate]:
        """The distinct candidates, best first."""
        texts, scores = list(candidates), self.module.SCORE(candidates, reference, self.bleu_tokenize)
        order = sorted(range(len(texts)), key=lambda i: -scores[i])
        self.counts.update(candidates=len(texts), changed=order[0] > 0)
        self.first_score += scores[0]
        self.best_score += scores[order[0]]
        return [Candidate(texts[i]) for i in order]

    def stats(self) -> dict[str, Any]:
        """Counts, and mean scores of the first and of the best candidates."""
        stats = {name: self.counts[name] for name in ("sentences", "pairs", "distinct_pairs")}
        if not hasattr(self.module, "SCORE"):
            return stats
        count, metric = max(1, self.counts["sentences"]), self.module.SCORE.__name__
        return stats | {
            "changed": self.counts["changed"],
            "mean_candidates": round(self.counts["candidates"] / count, 2),
            f"mean_{metric}_of_first": round(self.first_score / count, 2),
            f"mean_{metric}_of_chosen": round(self.best_score / count, 2),
        }


def read_shards(shards: list[Path]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Line number (in the training set, from 0) and hypotheses of every sentence, in order.

    Raises:
        UserError: a line is not valid JSON, or line numbers do not increase.
    """
    previous = -1
    for shard in shards:
        with shard.open(encoding="utf-8", newline="\n") as handle:
            for number, text in enumerate(handle, 1):
                try:
                    row = json.loads(text)
                    line, hypotheses = row["line"], row["hypotheses"]
                except (ValueError, KeyError, TypeError):
                    raise UserError(
                        f"{shard}:{number}: not a line of a decode shard. Delete the file and run again."
                    ) from None
                if line <= previous:
                    raise UserError(
                        f"{shard}:{number}: line {line} follows line {previous}. Delete the file and run again."
                    )
                previous = line
                yield line, hypotheses


def covering(shards: list[Path], tokenizer: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Line number and hypotheses of every sentence, of shards that must hold every training line exactly once.

    Raises:
        UserError: they do not; gives both counts.
    """
    expected, count, complete = len(TokenIds(tokenizer / "train", "src")), 0, True
    for line, hypotheses in read_shards(shards):
        complete &= line == count < expected
        count += 1
        if complete:
            yield line, hypotheses
    if not complete or count != expected:
        raise UserError(
            f"{shards[0].parent}: the shards hold {count} sentences, the training set {expected}. "
            f"Delete the folder {shards[0].parent} and run again."
        )
