"""A finished model put to use: lines of text in, their translations out, block by block."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from seqkd.corpus.text import normalise
from seqkd.decoding.engine import translate
from seqkd.decoding.length_penalty import search_of_model
from seqkd.decoding.settings import SearchSettings
from seqkd.errors import UserError
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.tokenizer.tokenizer import Tokenizer

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
    keep_freed_memory()
    names = Tokenizer(tokenizer or tokenizer_of(model))
    network = store.load(model, precision, names.sizes)
    search = search_of_model(model, beam, length_penalty)
    lines, first = iter(lines), 1
    while block := list(islice(lines, BLOCK)):
        yield from translated(block, network, names, search, first)
        first += len(block)


def translated(
    block: list[str], network: TranslationModel, names: Tokenizer, search: SearchSettings, first: int = 1
) -> list[str]:
    """One block, of which line ``first`` is the first; a line of white space alone is none to the model."""
    ids = names.src.encode(map(normalise, block))
    said = [number for number, one in enumerate(ids) if one]
    found = translate(network, [ids[number] for number in said], search, scored=False)
    texts = [""] * len(block)
    for number, hypotheses in zip(said, found, strict=True):
        texts[number] = names.tgt.decode(hypotheses[0].ids)
    cut = [first + number for number, (best, *_) in zip(said, found, strict=True) if not best.finished]
    if cut:
        log.warning(
            "%d of %d translations were cut off at the length limit of the model, %g times the source's subwords and "
            "%d more (lines %s%s)",
            len(cut),
            len(said),
            search.max_length_ratio,
            search.max_length_extra,
            ", ".join(map(str, cut[:10])),
            ", ..." if len(cut) > 10 else "",
        )
    return texts


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
