"""Training targets from a teacher's translations: Seq-KD (Kim & Rush 2016, section 3.2) and samples (Wen et al.
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

from seqkd.batches.dataset import TokenIds, ids_written
from seqkd.errors import UserError
from seqkd.files import written
from seqkd.lines import SequentialLines
from seqkd.tokenizer.tokenizer import SIDES, Tokenizer

log = logging.getLogger(__name__)

SHORT = 0.97
"""A length ratio of the targets below this logs a warning."""

BATCH = 10000
"""Pairs encoded at once."""


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


@dataclass(frozen=True)
class Pair:
    """A training pair.

    Attributes:
        line: index in the training set, from 0.
        ids: subword ids of ``target``, or None to encode it with the tokenizer.
    """

    line: int
    source: str
    target: str
    ids: list[int] | None = None


def write_targets(pairs: Iterable[Pair], tokenizer: Path, folder: Path) -> dict[str, float]:
    """Write pairs as text (``train.src``, ``train.tgt``) and as ids, ``BATCH`` at a time.

    Logs a warning if the targets are so short that students would learn to translate too briefly.

    Returns:
        ``length_ratio``: subwords of the targets over subwords of the references of the same sentences.

    Raises:
        UserError: there are no pairs, or all targets are empty.
    """
    target_tokenizer = Tokenizer(tokenizer).tgt
    sources, references = (TokenIds(tokenizer / "train", side) for side in SIDES)
    remaining, count, subwords, reference_subwords = iter(pairs), 0, 0, 0
    with ExitStack() as stack:
        files = [stack.enter_context(_open_atomic(folder / f"train.{side}")) for side in SIDES]
        add_source, add_target = [stack.enter_context(ids_written(folder, side)) for side in SIDES]
        while batch := list(islice(remaining, BATCH)):
            encoded = iter(target_tokenizer.encode([pair.target for pair in batch if pair.ids is None]))
            for pair in batch:
                target_ids = next(encoded) if pair.ids is None else pair.ids
                for file, text in zip(files, (pair.source, pair.target), strict=True):
                    file.write(f"{text}\n")
                add_source(sources[pair.line])
                add_target(target_ids)
                count += 1
                subwords += len(target_ids)
                reference_subwords += len(references[pair.line])
        if not subwords:
            problem = (
                f"all {count} translations of the teacher are empty" if count else "the teacher translated nothing"
            )
            raise UserError(f"{folder}: {problem}, so there is nothing to learn. Train the teacher for longer.")
    length_ratio = subwords / max(1, reference_subwords)
    if length_ratio < SHORT:
        log.warning(
            "the targets have %.1f %% fewer subwords than the references of the same sentences; students learn to be "
            "as brief. A greater decode.search.length_penalty (or `auto`) makes them longer.",
            100 * (1 - length_ratio),
        )
    return {"length_ratio": round(length_ratio, 4)}


@contextmanager
def _open_atomic(path: Path) -> Iterator[TextIO]:
    """A text file to write, which appears at ``path`` once it is complete."""
    with written(path) as tmp_path, tmp_path.open("w", encoding="utf-8", newline="\n") as file:
        yield file


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


def make_seq_kd(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Seq-KD: the best translation of every training sentence replaces the reference.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    sources, counts = SequentialLines(corpus / "train.src"), Counter(sentences=0)

    def pairs() -> Iterator[Pair]:
        for line, hypotheses in covering(shards, tokenizer):
            counts["sentences"] += 1
            yield Pair(line, sources[line], hypotheses[0]["text"])

    lengths = write_targets(pairs(), tokenizer, folder)
    return {**counts, **lengths}


def make_samples(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Samples: each becomes a training pair, with the subword ids that were sampled.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    sources, counts = SequentialLines(corpus / "train.src"), Counter(sentences=0, pairs=0, distinct_pairs=0)

    def pairs() -> Iterator[Pair]:
        for line, samples in covering(shards, tokenizer):
            counts.update(sentences=1, pairs=len(samples), distinct_pairs=len({sample["text"] for sample in samples}))
            yield from (Pair(line, sources[line], sample["text"], sample["ids"]) for sample in samples)

    lengths = write_targets(pairs(), tokenizer, folder)
    return {**counts, **lengths}
