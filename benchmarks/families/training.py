"""Training: target tokens per second compared with JoeyNMT, Marian and plain PyTorch, for a teacher and a student."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import BATCH_TOKENS, Bench, announce
from benchmarks.peers import python_of
from benchmarks.rows import Row, missing, paired
from benchmarks.sides.marian_training import MarianTrainer
from benchmarks.subwords import vocabulary, write_subwords
from benchmarks.turns import Side, Worker, alternate
from seqkd.models.transformer_settings import TransformerSettings

OURS = "seqkd"
TARGETS = {
    "JoeyNMT 2.3": 8.0,
    "Marian 1.12": 5.0,
    "plain PyTorch bf16 autocast": 2.0,
    "plain PyTorch float32": None,
    "seqkd float32": None,
}
"""Peers and the target ratios."""
UNIT = "target tokens a second"


def rows(bench: Bench) -> list[Row]:
    """Both models with each number of threads."""
    rows = []
    for threads in bench.threads:
        label = announce(threads)
        for name, model in bench.effort.models:
            turns, reasons = alternate(starters(bench, model, threads), bench.effort.repeats)
            title = f"training {name}, {label}"
            for peer, target in TARGETS.items():
                if peer in turns and OURS in turns:
                    row = paired("training", title, peer, UNIT, turns[OURS], turns[peer], target=target)
                else:
                    row = missing("training", title, peer, UNIT, target, reasons.get(peer) or reasons[OURS])
                rows.append(row)
    return rows


def settings(bench: Bench, model: TransformerSettings, precision: str) -> dict[str, Any]:
    """Settings of a side written in Python."""
    return {
        "model": model.canonical(),
        "vocabulary": len(vocabulary(bench.text.tokenizer)),
        "data": str(bench.text.tokenizer / "train"),
        "batch_tokens": BATCH_TOKENS,
        "updates": bench.effort.updates,
        "precision": precision,
    }


def starters(bench: Bench, model: TransformerSettings, threads: int) -> dict[str, Callable[[], Side]]:
    """All engines with the same model, text and batch size in tokens."""

    def log(name: str) -> Path:
        return bench.log("training", name, model.dim, threads)

    def worker(module: str, precision: str) -> Callable[[], Side]:
        return partial(Worker, module, settings(bench, model, precision), threads, log(f"{module}-{precision}"))

    return {
        OURS: worker("ours_training", "bfloat16"),
        "seqkd float32": worker("ours_training", "float32"),
        "plain PyTorch bf16 autocast": worker("plain_training", "bfloat16"),
        "plain PyTorch float32": worker("plain_training", "float32"),
        "JoeyNMT 2.3": partial(joeynmt, bench, settings(bench, model, "float32"), threads, log("joeynmt")),
        "Marian 1.12": partial(marian, bench, settings(bench, model, "float32"), threads, log("marian")),
    }


def joeynmt(bench: Bench, settings: dict[str, Any], threads: int, log: Path) -> Side:
    """JoeyNMT on the text as subwords."""
    folder = bench.cache / "subwords" / bench.text.tokenizer.parent.name
    write_subwords(bench.text.corpus, bench.text.tokenizer, folder)
    settings = settings | {"subwords": str(folder / "train"), "vocabulary_file": str(folder / "vocabulary")}
    return Worker("joeynmt_training", settings, threads, log, python_of("joeynmt"))


def marian(bench: Bench, settings: dict[str, Any], threads: int, log: Path) -> Side:
    """Marian on the text itself, with our SentencePiece models (Marian requires names ending in .spm)."""
    folder = bench.cache / "spm" / bench.text.tokenizer.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    for side in ("src", "tgt"):
        shutil.copyfile(bench.text.tokenizer / f"{side}.model", folder / f"{side}.spm")
    settings = settings | {"corpus": str(bench.text.corpus), "tokenizer": str(folder)}
    return MarianTrainer(python_of("pymarian"), settings, threads, log)
