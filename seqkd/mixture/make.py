"""Training targets out of a teacher's translations: Seq-KD (Kim & Rush 2016, section 3.2), and samples (Wen et al.
2023)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.batches.dataset import Side, write_ids
from seqkd.errors import UserError
from seqkd.files import read_lines, write_lines
from seqkd.tokenizer.tokenizer import Tokenizer


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
