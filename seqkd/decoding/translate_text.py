"""A finished model put to use: lines of text in, their translations out, block by block."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from seqkd.corpus.text import normalise
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import translate
from seqkd.decoding.length_penalty import search_of_model
from seqkd.decoding.settings import SearchSettings
from seqkd.decoding.split_line import MOST_SUBWORDS, split_line
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.utils.errors import UserError
from seqkd.utils.malloc import tune_malloc

log = logging.getLogger(__name__)

BLOCK = 10_000
"""Lines that are read, sorted by length and translated at once."""


def translate_lines(
    lines: Iterable[str],
    model: Path,
    tokenizer: Path | None,
    beam: int = 1,
    precision: str = "float32",
    length_penalty: float | None = None,
) -> Iterator[str]:
    """The translation of each line, in order; of an empty line an empty one.

    Args:
        model: a folder below ``results/teachers``, ``students`` or ``pruned``, or a copy of one.
        tokenizer: its tokenizer's folder; None for the one of the same ``results``.
        length_penalty: None for the one chosen for the model on dev.

    Raises:
        UserError: no such model or tokenizer, or they do not go together.
    """
    tune_malloc()
    vocabulary = Tokenizer(tokenizer or tokenizer_of(model))
    network = checkpoint.load(model, precision, vocabulary.sizes)
    search = search_of_model(model, beam, length_penalty)
    lines, first = iter(lines), 1
    while block := list(islice(lines, BLOCK)):
        yield from translated(block, network, vocabulary, search, first)
        first += len(block)


def translated(
    block: list[str], network: TranslationModel, vocabulary: Tokenizer, search: SearchSettings, first: int = 1
) -> list[str]:
    """One block, of which line ``first`` is the first; a line of white space alone is none to the model.

    What is too long for it is translated in parts; a warning says so, and names lines whose translation was cut off.
    """
    ids: list[list[int]] = []
    owners: list[int] = []
    lines = [normalise(line) for line in block]
    for number, (text, line_ids) in enumerate(zip(lines, vocabulary.src.encode(lines), strict=True)):
        parts = [line_ids] if line_ids else []
        if len(line_ids) > MOST_SUBWORDS:
            parts = split_line(text, vocabulary.src, MOST_SUBWORDS)
            message = "line %d: %d subwords, at most %d are translated at once; it was cut into %d parts"
            log.warning(message, first + number, sum(map(len, parts)), MOST_SUBWORDS, len(parts))
        ids += parts
        owners += [number] * len(parts)
    texts: list[list[str]] = [[] for _ in block]
    truncated = []
    for number, (best, *_) in zip(owners, translate(network, ids, search, scored=False), strict=True):
        texts[number].append(vocabulary.tgt.decode(best.ids))
        truncated += [] if best.finished else [first + number]
    if truncated:
        log.warning(
            "%d of %d translations were cut off at the length limit of the model, %g times the source's subwords and "
            "%d more (lines %s%s)",
            len(truncated),
            len(ids),
            search.max_length_ratio,
            search.max_length_extra,
            ", ".join(map(str, truncated[:10])),
            ", ..." if len(truncated) > 10 else "",
        )
    return [" ".join(parts) for parts in texts]


def tokenizer_of(model: Path) -> Path:
    """The folder ``tokenizer`` of the results that a model lies in.

    Raises:
        UserError: there is no model, or it lies in no results.
    """
    if not (model / "model.json").is_file():
        raise UserError(f"{model}: no model there. Name a folder like results/students/baseline/1.")
    for folder in model.resolve().parents:
        if (folder / "tokenizer" / "src.model").is_file():
            return folder / "tokenizer"
    raise UserError(f"{model}: no folder `tokenizer` in the folders above it. Name it with --tokenizer.")
