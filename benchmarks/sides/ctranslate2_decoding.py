"""CTranslate2 as a side, in its own environment; the fastest of several batch sizes is chosen before the first turn."""

import json
import time
from pathlib import Path
from typing import Any

import ctranslate2

from benchmarks.sides.channel import Channel

BATCHES = (512, 1024, 2048, 4096)
"""Batch sizes to try, in source tokens."""


def main() -> None:
    """Serve turns over the same sentences; the amount is sentences, and the answer holds the translations."""
    channel = Channel()
    settings: dict[str, Any] = channel.settings
    translator = ctranslate2.Translator(
        settings["model"],
        device="cpu",
        compute_type=settings["precision"],
        inter_threads=settings["threads"] if not settings["single"] else 1,
        intra_threads=1 if not settings["single"] else settings["threads"],
    )
    sources = json.loads(Path(settings["sources"]).read_text(encoding="utf-8"))

    def translate(sentences: list[list[str]], batch: int) -> list[list[str]]:
        results = translator.translate_batch(
            sentences,
            beam_size=settings["beam"],
            length_penalty=0,
            num_hypotheses=settings["n_best"],
            max_batch_size=batch,
            batch_type="tokens",
            max_decoding_length=256,
        )
        return [result.hypotheses[0] for result in results]

    def translate_singly() -> list[list[str]]:
        return [translate([sentence], 0)[0] for sentence in sources]

    batch = 0 if settings["single"] else fastest(translate, sources)
    while True:
        channel.wait()
        outputs = translate_singly() if settings["single"] else translate(sources, batch)
        seconds = channel.elapsed()
        channel.reply(seconds=seconds, amount=len(sources), batch=batch, outputs=outputs)


def fastest(translate: Any, sources: list[list[str]]) -> int:
    """The batch size with which half of the sentences is translated fastest."""
    sample = sources[: max(1, len(sources) // 2)]
    times = {}
    for batch in BATCHES:
        start = time.perf_counter()
        translate(sample, batch)
        times[batch] = time.perf_counter() - start
    return min(times, key=lambda batch: times[batch])


if __name__ == "__main__":
    main()
