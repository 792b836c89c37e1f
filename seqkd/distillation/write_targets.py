"""Training targets on disk: pairs of text, and their subword ids."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from seqkd.data.dataset import TokenIds, ids_written
from seqkd.data.tokenizer import SIDES, Tokenizer
from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write

log = logging.getLogger(__name__)

SHORT = 0.97
"""A length ratio of the targets below this logs a warning."""

BATCH = 10000
"""Pairs encoded at once."""


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
    with atomic_write(path) as tmp_path, tmp_path.open("w", encoding="utf-8", newline="\n") as file:
        yield file
