"""Training targets out of a teacher's translations: Seq-KD (Kim & Rush 2016, section 3.2), and samples (Wen et al.
2023)."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from seqkd.batches.dataset import Side, ids_written
from seqkd.errors import UserError
from seqkd.files import written
from seqkd.lines import ForwardLines
from seqkd.tokenizer.tokenizer import SIDES, Tokenizer

log = logging.getLogger(__name__)

SHORT = 0.97
"""Targets with a lower length ratio than this are warned about."""

BATCH = 10000
"""Pairs that are encoded at once."""


def read_shards(shards: list[Path]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Line number and hypotheses of every sentence, shard after shard.

    Raises:
        UserError: a line is no JSON, or the lines are not in rising order.
    """
    last = -1
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
                if line <= last:
                    raise UserError(
                        f"{shard}:{number}: line {line} follows line {last}. Delete the file and run again."
                    )
                last = line
                yield line, hypotheses


@dataclass(frozen=True)
class Pair:
    """A pair for training.

    Attributes:
        line: of the training set, from 0.
        target: the chosen text; ``ids`` are its pieces, where they are not those of the tokenizer.
    """

    line: int
    source: str
    target: str
    ids: list[int] | None = None


def write_targets(pairs: Iterable[Pair], tokenizer: Path, folder: Path) -> dict[str, float]:
    """Write pairs as text (``train.src``, ``train.tgt``) and as ids; some thousands of them are in memory at a time.

    Returns:
        ``length_ratio``: subwords of the targets over those of the references of the same sentences. Logs a warning
        where targets are so short that students would learn to be brief.

    Raises:
        UserError: there is no pair, or none with a word on its target side.
    """
    target = Tokenizer(tokenizer).tgt
    known, references = (Side(tokenizer / "train", side) for side in SIDES)
    rest, count, subwords, reference_subwords = iter(pairs), 0, 0, 0
    with ExitStack() as stack:
        texts = [stack.enter_context(_text_written(folder / f"train.{side}")) for side in SIDES]
        add_source, add_target = [stack.enter_context(ids_written(folder, side)) for side in SIDES]
        while some := list(islice(rest, BATCH)):
            encoded = target.encode([pair.target for pair in some if pair.ids is None])
            for pair, pieces in zip(some, _pieces(some, iter(encoded)), strict=True):
                for handle, text in zip(texts, (pair.source, pair.target), strict=True):
                    handle.write(f"{text}\n")
                add_source(known[pair.line])
                add_target(pieces)
                count += 1
                subwords += len(pieces)
                reference_subwords += len(references[pair.line])
        if not subwords:
            said = f"all {count} translations of the teacher are empty" if count else "the teacher translated nothing"
            raise UserError(f"{folder}: {said}, so there is nothing to learn. Train the teacher for longer.")
    ratio = subwords / max(1, reference_subwords)
    if ratio < SHORT:
        log.warning(
            "the targets have %.1f %% fewer subwords than the references of the same sentences; students learn to be "
            "as brief. A greater decode.search.length_penalty (or `auto`) makes them longer.",
            100 * (1 - ratio),
        )
    return {"length_ratio": round(ratio, 4)}


def _pieces(pairs: list[Pair], encoded: Iterator[list[int]]) -> Iterator[list[int]]:
    """Each target's pieces: its own, or the next that were encoded."""
    return (next(encoded) if pair.ids is None else pair.ids for pair in pairs)


@contextmanager
def _text_written(path: Path) -> Iterator[TextIO]:
    """A text file that appears when it is whole."""
    with written(path) as beside_it, beside_it.open("w", encoding="utf-8", newline="\n") as handle:
        yield handle


def covering(shards: list[Path], tokenizer: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Line number and hypotheses of every sentence, of shards that must hold every training line once.

    Raises:
        UserError: they do not; says how many there are.
    """
    expected, count, whole = len(Side(tokenizer / "train", "src")), 0, True
    for line, hypotheses in read_shards(shards):
        whole &= line == count < expected
        count += 1
        if whole:
            yield line, hypotheses
    if not whole or count != expected:
        raise UserError(
            f"{shards[0].parent}: the shards hold {count} sentences, the training set {expected}. "
            f"Delete the folder {shards[0].parent} and run again."
        )


def make_seq_kd(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Seq-KD: the best translation of every training sentence, in place of the reference.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    sources, counts = ForwardLines(corpus / "train.src"), Counter(sentences=0)

    def pairs() -> Iterator[Pair]:
        for line, hypotheses in covering(shards, tokenizer):
            counts["sentences"] += 1
            yield Pair(line, sources[line], hypotheses[0]["text"])

    lengths = write_targets(pairs(), tokenizer, folder)
    return {**counts, **lengths}


def make_samples(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Samples: every one drawn for a sentence is a pair of its own, in the pieces in which it was drawn.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    sources, counts = ForwardLines(corpus / "train.src"), Counter(sentences=0, pairs=0, distinct_pairs=0)

    def pairs() -> Iterator[Pair]:
        for line, drawn in covering(shards, tokenizer):
            counts.update(sentences=1, pairs=len(drawn), distinct_pairs=len({one["text"] for one in drawn}))
            yield from (Pair(line, sources[line], one["text"], one["ids"]) for one in drawn)

    lengths = write_targets(pairs(), tokenizer, folder)
    return {**counts, **lengths}
