"""The teacher translates the training set in shards of a fixed number of sentences.

A shard is JSON lines, one per sentence: ``{"line": 17, "hypotheses": [{"text": ..., "log_prob": ..., "pieces": ...,
"finished": true}, ...]}``, best first. ``line`` counts the training set's lines from 0.
Samples are in the order drawn and include their ``ids``, since a text can be segmented into other subwords.
"""

import json
import logging
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

from seqkd.data.dataset import TokenIds
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.beam_search import Hypothesis
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import DecodeSettings, SearchSettings
from seqkd.decoding.shards import SAMPLING, lines_of_shard
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.utils.files import atomic_write, read_lines, write_lines
from seqkd.utils.malloc import tune_malloc

log = logging.getLogger(__name__)


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
        length_penalty: the one chosen on dev, if ``settings`` do not set one.
        device: device of the model, ``cpu`` or ``cuda:0``.
        part: (i, n) selects sentence i of the shard and every n-th after it.

    Returns:
        Counts: sentences, and best outputs that are empty, truncated (no EOS before the length limit) or copies.
    """
    tune_malloc()
    source = TokenIds(tokenizer / "train", "src")
    lines = lines_of_shard(settings, kind, len(source), shard)[part[0] :: part[1]]
    vocabulary = Tokenizer(tokenizer)
    network = checkpoint.load(model, precision, vocabulary.sizes).to(device)
    results = hypotheses_of(network, settings, kind, {i: source[i].tolist() for i in lines}, length_penalty)
    texts = [[vocabulary.tgt.decode(hypothesis.ids) for hypothesis in hypotheses] for hypotheses in results]
    with atomic_write(output) as tmp_path, tmp_path.open("w", encoding="utf-8", newline="\n") as file:
        for line, hypotheses, decoded in zip(lines, results, texts, strict=True):
            file.write(as_json(line, hypotheses, decoded, with_ids=kind == "samples") + "\n")
    return counts([vocabulary.src.decode(source[i].tolist()) for i in lines], results, texts)


def join_parts(parts: list[Path], stats: list[dict[str, Any]], output: Path) -> dict[str, Any]:
    """Interleave the parts of a shard, given in order, into ``output``; return the sums of their counts."""
    rounds = zip_longest(*(read_lines(path) for path in parts))
    write_lines(output, [line for lines in rounds for line in lines if line is not None])
    return {name: sum(part[name] for part in stats) for name in stats[0]}


def hypotheses_of(
    network: TranslationModel,
    settings: DecodeSettings,
    kind: str,
    sources: dict[int, list[int]],
    length_penalty: float | None = None,
) -> list[list[Hypothesis]]:
    """The teacher's hypotheses for each source, by line number; samples depend on that number, not on the shard."""
    ids, batch_tokens = list(sources.values()), settings.batch_tokens
    if kind == "samples":
        size, seed, limits = settings.samples.per_source, settings.samples.seed, settings.search.limits
        samples: list[list[Hypothesis]] = import_module(SAMPLING).sample(
            network, ids, size, seed, limits, batch_tokens, list(sources)
        )
        return samples
    search, n_best = search_of(settings, kind, length_penalty)
    return translate(network, ids, search, batch_tokens, n_best)


def search_of(settings: DecodeSettings, kind: str, length_penalty: float | None) -> tuple[SearchSettings, int]:
    """The search of a kind of decoding and its number of hypotheses; the penalty is the one chosen on dev."""
    search = settings.search.tuned(length_penalty)
    if kind == "beam":
        return search, 1
    return search.model_copy(update={"beam": settings.n_best.size}), settings.n_best.size


def as_json(line: int, hypotheses: list[Hypothesis], texts: list[str], *, with_ids: bool) -> str:
    """One line of a shard."""
    entries = [
        {"text": text, "log_prob": round(h.log_prob, 4), "pieces": len(h.ids), "finished": h.finished}
        | ({"ids": h.ids} if with_ids else {})
        for h, text in zip(hypotheses, texts, strict=True)
    ]
    return json.dumps({"line": line, "hypotheses": entries}, ensure_ascii=False)


def counts(sources: list[str], results: list[list[Hypothesis]], texts: list[list[str]]) -> dict[str, int]:
    """How many best outputs are empty, truncated, or copies of their source."""
    return {
        "sentences": len(results),
        "hypotheses": sum(map(len, results)),
        "empty": sum(not best for best, *_ in texts),
        "truncated": sum(not best.finished for best, *_ in results),
        "copied": sum(best == source for (best, *_), source in zip(texts, sources, strict=True)),
    }
