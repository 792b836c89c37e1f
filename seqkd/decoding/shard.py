"""The teacher translates the training set, a shard of a fixed number of sentences at a time.

A shard is JSON lines, one a sentence: ``{"line": 17, "hypotheses": [{"text": ..., "log_prob": ..., "pieces": ...,
"finished": true}, ...]}``, best first. ``line`` counts the training set's lines from 0.
Samples stand in the order drawn and hold their ``ids`` too: a text can be cut into pieces in other ways.
"""

import json
import logging
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

from seqkd.batches.dataset import Side
from seqkd.decoding.engine import translate
from seqkd.decoding.search import Hypothesis
from seqkd.decoding.settings import DecodeSettings, SearchSettings
from seqkd.decoding.shares import SAMPLING, lines_of_shard
from seqkd.files import read_lines, write_lines, written
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.tokenizer.tokenizer import Tokenizer

log = logging.getLogger(__name__)


def search_of(settings: DecodeSettings, kind: str, length_penalty: float | None) -> tuple[SearchSettings, int]:
    """The search of a kind of decoding and how many hypotheses it asks for; the penalty is one chosen on dev."""
    search = settings.search.tuned(length_penalty)
    if kind == "beam":
        return search, 1
    return search.model_copy(update={"beam": settings.n_best.size}), settings.n_best.size


def decode_shard(
    *,
    settings: DecodeSettings,
    kind: str,
    shard: int,
    model: Path,
    tokenizer: Path,
    output: Path,
    precision: str,
    length_penalty: float | None = None,
    device: str = "cpu",
    part: tuple[int, int] = (0, 1),
) -> dict[str, Any]:
    """Translate one shard of the training set, or a part of it, and write it to ``output``.

    Args:
        kind: ``beam`` (one translation, for Seq-KD), ``n-best`` (lists, for Seq-Inter) or ``samples``.
        shard: number of the shard, from 0.
        length_penalty: the one chosen on dev, where ``settings`` leave it to that.
        device: where the model computes, ``cpu`` or ``cuda:0``.
        part: (i, n) takes sentence i of the shard and every n-th after it.

    Returns:
        Counts: sentences, empty, truncated (no end before the length limit) and copied best outputs.
    """
    keep_freed_memory()
    source = Side(tokenizer / "train", "src")
    lines = lines_of_shard(settings, kind, len(source), shard)[part[0] :: part[1]]
    names = Tokenizer(tokenizer)
    network = store.load(model, precision, names.sizes).to(device)
    found = hypotheses_of(network, settings, kind, {i: source[i].tolist() for i in lines}, length_penalty)
    texts = [[names.tgt.decode(hypothesis.ids) for hypothesis in hypotheses] for hypotheses in found]
    with written(output) as beside, beside.open("w", encoding="utf-8", newline="\n") as handle:
        for line, hypotheses, own in zip(lines, found, texts, strict=True):
            handle.write(as_json(line, hypotheses, own, with_ids=kind == "samples") + "\n")
    return counts([names.src.decode(source[i].tolist()) for i in lines], found, texts)


def join_parts(parts: list[Path], facts: list[dict[str, Any]], output: Path) -> dict[str, Any]:
    """Write the shard of which ``parts`` are all parts, in order, to ``output``; gives the sums of their counts."""
    texts = [read_lines(path) for path in parts]
    turns = [line for turn in zip_longest(*texts) for line in turn if line is not None]
    write_lines(output, turns)
    return {name: sum(one[name] for one in facts) for name in facts[0]}


def hypotheses_of(
    network: TranslationModel,
    settings: DecodeSettings,
    kind: str,
    sources: dict[int, list[int]],
    length_penalty: float | None = None,
) -> list[list[Hypothesis]]:
    """What the teacher says to each source; samples depend on the line's number, not on the shard."""
    many, ids = settings.samples, list(sources.values())
    if kind == "samples":
        draw = import_module(SAMPLING).sample
        found: list[list[Hypothesis]] = draw(
            network, ids, many.size, many.seed, settings.search.limits, settings.batch_tokens, list(sources)
        )
        return found
    search, wanted = search_of(settings, kind, length_penalty)
    return translate(network, ids, search, settings.batch_tokens, wanted)


def as_json(line: int, hypotheses: list[Hypothesis], texts: list[str], *, with_ids: bool) -> str:
    """One line of a shard."""
    described = [
        {"text": text, "log_prob": round(h.log_prob, 4), "pieces": len(h.ids), "finished": h.finished}
        | ({"ids": h.ids} if with_ids else {})
        for h, text in zip(hypotheses, texts, strict=True)
    ]
    return json.dumps({"line": line, "hypotheses": described}, ensure_ascii=False)


def counts(sources: list[str], found: list[list[Hypothesis]], texts: list[list[str]]) -> dict[str, int]:
    """How many first outputs are empty, truncated, or a copy of their source."""
    return {
        "sentences": len(found),
        "hypotheses": sum(map(len, found)),
        "empty": sum(not own[0] for own in texts),
        "truncated": sum(not hypotheses[0].finished for hypotheses in found),
        "copied": sum(own[0] == source for own, source in zip(texts, sources, strict=True)),
    }
