"""Training targets out of a teacher's translations: Seq-KD and Seq-Inter (Kim & Rush 2016, sections 3.2 and 3.3), and
samples (Wen et al. 2023)."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.batches.dataset import Side, write_ids
from seqkd.errors import UserError
from seqkd.files import read_lines, write_lines
from seqkd.mixture.sentence_bleu import closest, sentence_metric
from seqkd.tokenizer.tokenizer import Tokenizer

log = logging.getLogger(__name__)


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


def write_targets(
    lines: list[int],
    texts: list[str],
    corpus: Path,
    tokenizer: Path,
    folder: Path,
    pieces: list[list[int]] | None = None,
) -> None:
    """Write the pairs (source line, chosen text) as text and as ids, those of the tokenizer unless they are given."""
    source, target = read_lines(corpus / "train.src"), Tokenizer(tokenizer).tgt
    ids = Side(tokenizer / "train", "src")
    write_lines(folder / "train.src", [source[i] for i in lines])
    write_lines(folder / "train.tgt", texts)
    write_ids(folder, "src", (ids[i] for i in lines))
    write_ids(folder, "tgt", target.encode(texts) if pieces is None else pieces)


def check_cover(lines: list[int], shards: list[Path], tokenizer: Path) -> None:
    """Refuse shards that do not hold every training line once.

    Raises:
        UserError: says how many there are.
    """
    expected = len(Side(tokenizer / "train", "src"))
    if lines != list(range(expected)):
        raise UserError(
            f"{shards[0].parent}: the shards hold {len(lines)} sentences, the training set {expected}. "
            f"Delete the folder {shards[0].parent} and run again."
        )


def make_seq_kd(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Seq-KD: the best translation of every training sentence, in place of the reference.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    lines, texts = [], []
    for line, hypotheses in read_shards(shards):
        lines.append(line)
        texts.append(hypotheses[0]["text"])
    check_cover(lines, shards, tokenizer)
    write_targets(lines, texts, corpus, tokenizer, folder)
    return {"sentences": len(lines)}


def make_samples(*, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Samples: every one drawn for a sentence is a pair of its own, in the pieces in which it was drawn.

    Raises:
        UserError: the shards do not cover the training set line by line.
    """
    drawn = dict(read_shards(shards))
    check_cover(list(drawn), shards, tokenizer)
    rows = [(line, one) for line, many in drawn.items() for one in many]
    texts, pieces = [one["text"] for _, one in rows], [one["ids"] for _, one in rows]
    write_targets([line for line, _ in rows], texts, corpus, tokenizer, folder, pieces)
    distinct = {(line, one["text"]) for line, one in rows}
    return {"sentences": len(drawn), "pairs": len(rows), "distinct_pairs": len(distinct)}


def make_seq_inter(
    *, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path, target_language: str
) -> dict[str, Any]:
    """Seq-Inter: of each n-best list the translation with the best smoothed sentence BLEU against the reference.

    Candidates are compared as detokenised text, doubles counted once.
    """
    references, metric = read_lines(corpus / "train.tgt"), sentence_metric(target_language)
    lines, texts, firsts, chosen = [], [], 0.0, 0.0
    changed = candidates = 0
    for line, hypotheses in read_shards(shards):
        distinct = list(dict.fromkeys(hypothesis["text"] for hypothesis in hypotheses))
        best, score = closest(distinct, references[line], metric)
        lines.append(line)
        texts.append(distinct[best])
        firsts += metric.sentence_score(distinct[0], [references[line]]).score
        chosen += score
        changed += best > 0
        candidates += len(distinct)
        if len(lines) % 2000 == 0:
            log.info("%d sentences", len(lines))
    write_targets(lines, texts, corpus, tokenizer, folder)
    count = max(1, len(lines))
    return {
        "sentences": len(lines),
        "changed": changed,
        "mean_candidates": round(candidates / count, 2),
        "mean_sentence_bleu_of_first": round(firsts / count, 2),
        "mean_sentence_bleu_of_chosen": round(chosen / count, 2),
    }
