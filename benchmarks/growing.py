"""Stages on synthetic corpora of a given size, each in a separate process; measured by ``benchmarks/scale.py``.

Each corpus of N pairs has its own folder: ``raw/`` (the text), ``corpus/`` and ``tokenizer/`` as written by their
stages, ``decode/`` (synthetic shards, made without a model), ``targets/``.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

Facts = dict[str, Any]

WORDS, LENGTHS = 200_000, (4, 20)
"""Word types of the language, drawn by Zipf's law, and sentence length in words, uniform: 12 on average."""
HELD_OUT = 2000
"""Pairs of the dev and of the test set."""
LOGITS_CHUNK = 20_000
VOCABULARY = 32_000
SHARD = 50_000
N_BEST_SHARE, CANDIDATES = 0.01, 4


def write_text(pairs: int, folder: Path) -> Facts:
    """Write a synthetic parallel corpus: every source word has one target word, and the word order is kept."""
    random = np.random.default_rng(1)
    source, target = words(random), words(random)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("train", pairs), ("dev", HELD_OUT), ("test", HELD_OUT)):
        with (folder / f"{name}.src").open("w") as src, (folder / f"{name}.tgt").open("w") as tgt:
            for size in chunk_sizes(count):
                for ids in sentences(random, size):
                    src.write(" ".join(source[ids]) + "\n")
                    tgt.write(" ".join(target[ids]) + "\n")
    return {}


def words(random: np.random.Generator) -> Any:
    """An array of random words of 2 to 10 letters; frequent words are short."""
    letters = np.array(list("etaoinshrdlucmfwygpbvk"))
    lengths = np.clip(2 + np.log2(np.arange(1, WORDS + 1)) / 2.2, 2, 10).astype(int)
    return np.array(["".join(random.choice(letters, length)) for length in lengths], dtype=object)


def chunk_sizes(count: int) -> Iterator[int]:
    """Sizes of the chunks that ``count`` is split into."""
    for start in range(0, count, LOGITS_CHUNK):
        yield min(LOGITS_CHUNK, count - start)


def sentences(random: np.random.Generator, count: int) -> Iterator[Any]:
    """Word ids of ``count`` sentences."""
    lengths = random.integers(LENGTHS[0], LENGTHS[1] + 1, count)
    ids = np.exp(random.random(int(lengths.sum())) * np.log(WORDS)).astype(int) - 1  # Zipf's law with exponent 1
    yield from np.split(ids, np.cumsum(lengths)[:-1])


def corpus(folder: Path) -> Facts:
    """Cleaning, including the search for duplicates and for dev and test sentences."""
    from seqkd.corpus.make import make_corpus

    pair = {
        name: {side: str(folder / f"raw/{name}.{side}") for side in ("src", "tgt")} for name in ("train", "dev", "test")
    }
    settings = {
        "source": "files",
        "train": pair["train"],
        "dev": pair["dev"],
        "decontaminate": [pair["test"]],
        "cleaning": {},
    }
    return make_corpus(settings, {}, folder / "corpus")


def tokenizer(folder: Path) -> Facts:
    """Training the tokenizer, on at most a million lines per side, and encoding."""
    from seqkd.data.tokenizer_settings import TokenizerSettings
    from seqkd.data.train_tokenizer import make_tokenizer

    return make_tokenizer(TokenizerSettings(vocab_size=VOCABULARY), folder / "corpus", folder / "tokenizer")


def batches(folder: Path) -> Facts:
    """The order of an epoch and its first 200 batches: the memory and time that training spends on its data."""
    from seqkd.data.batching import BatchStream
    from seqkd.data.dataset import Dataset

    began = time.perf_counter()
    stream = iter(BatchStream(Dataset(folder / "tokenizer/train"), 4096, 1))
    next(stream)
    first_batch = time.perf_counter() - began
    for _ in islice(stream, 200):
        pass
    return {
        "first_batch_seconds": round(first_batch, 2),
        "milliseconds_a_batch": round((time.perf_counter() - began - first_batch) * 5, 2),
    }


def decode(folder: Path) -> Facts:
    """Decode the last shard, of 100 sentences, with a tiny model; any cost that grows with the corpus shows up."""
    import torch

    from seqkd.data.tokenizer import Tokenizer
    from seqkd.decoding.decode_shard import decode_shard
    from seqkd.decoding.settings import DecodeSettings, TunedSearchSettings
    from seqkd.decoding.shards import shard_count
    from seqkd.models import checkpoint
    from seqkd.models.transformer_settings import TransformerSettings

    tiny = TransformerSettings(encoder_layers=1, decoder_layers=1, dim=16, ffn_dim=16, heads=2)
    torch.manual_seed(0)
    counts = Tokenizer(folder / "tokenizer").sizes
    checkpoint.save(checkpoint.build(tiny, *counts), tiny, counts, folder / "tiny")
    settings = DecodeSettings(shard_size=100, search=TunedSearchSettings(beam=1, length_penalty=0.0))
    last_shard = shard_count(settings, "beam", pairs_in(folder)) - 1
    return decode_shard(
        settings=settings,
        kind="beam",
        shard=last_shard,
        model=folder / "tiny",
        tokenizer=folder / "tokenizer",
        output=folder / "tiny/shard.jsonl",
        precision="float32",
    )


def write_shards(folder: Path) -> Facts:
    """Synthetic decode shards: the reference of each sentence, and n-best lists for one in a hundred."""
    (folder / "decode").mkdir(exist_ok=True)
    with (folder / "corpus/train.tgt").open() as lines, (folder / "decode/n-best.jsonl").open("w") as lists:
        for number, chunk in enumerate(iter(lambda: list(islice(lines, SHARD)), [])):
            with (folder / f"decode/{number:05d}.jsonl").open("w") as shard:
                for line, text in enumerate(chunk, number * SHARD):
                    shard.write(row(line, [text.rstrip("\n")]))
                    if line % round(1 / N_BEST_SHARE) == 0:
                        lists.write(row(line, [text.rstrip("\n")[cut:] for cut in range(CANDIDATES)]))
    return {}


def row(line: int, texts: list[str]) -> str:
    """A line of a shard."""
    hypotheses = [{"text": text, "log_prob": -12.3456, "pieces": 24, "finished": True} for text in texts]
    return json.dumps({"line": line, "hypotheses": hypotheses}, ensure_ascii=False) + "\n"


def seq_kd(folder: Path) -> Facts:
    """Merging all shards into targets."""
    from seqkd.distillation.make_targets import make_targets

    shards = sorted(folder.glob("decode/0*.jsonl"))
    common = {"corpus": folder / "corpus", "tokenizer": folder / "tokenizer"}
    return make_targets(kind="seq-kd", shards=shards, folder=folder / "targets", **common)


def choose(folder: Path) -> Facts:
    """Selecting from n-best lists of four, for one sentence in a hundred."""
    from seqkd.distillation.make_targets import make_targets

    return make_targets(
        kind="seq-inter",
        shards=[folder / "decode/n-best.jsonl"],
        corpus=folder / "corpus",
        tokenizer=folder / "tokenizer",
        folder=folder / "chosen",
        bleu_tokenize="13a",
    )


def overlap(folder: Path) -> Facts:
    """Searching the training text for the test sentences, as every score does."""
    from seqkd.scoring.score import overlap
    from seqkd.utils.files import read_lines

    shared = overlap(folder / "corpus", read_lines(folder / "raw/test.src"), read_lines(folder / "raw/test.tgt"))
    return {"overlap": len(shared)}


def checksums(folder: Path) -> Facts:
    """The checksums of the ids that training and decoding compute before they begin."""
    from seqkd.utils.files import sha256

    files = sorted(folder.glob("tokenizer/*/*.npy"))
    began = time.perf_counter()
    for file in files:
        sha256(file)
    size = sum(file.stat().st_size for file in files)
    return {"megabytes_a_second": round(size / 1e6 / (time.perf_counter() - began))}


def pairs_in(folder: Path) -> int:
    """Number of pairs left after cleaning."""

    from seqkd.data.dataset import TokenIds

    return len(TokenIds(folder / "tokenizer/train", "src"))


STAGES: dict[str, Callable[[Path], Facts]] = {
    "corpus": corpus,
    "tokenizer": tokenizer,
    "batches": batches,
    "decode": decode,
    "write_shards": write_shards,
    "seq_kd": seq_kd,
    "choose": choose,
    "overlap": overlap,
    "checksums": checksums,
}
UNMEASURED = ("text", "write_shards")
"""Stages that only prepare the input of others."""


def main() -> None:
    """Run the stage named on the command line and print its statistics as JSON."""
    stage, folder, pairs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    began = time.perf_counter()
    facts = write_text(pairs, folder / "raw") if stage == "text" else STAGES[stage](folder)
    print(json.dumps({"seconds": round(time.perf_counter() - began, 2), "facts": facts}))


if __name__ == "__main__":
    main()
