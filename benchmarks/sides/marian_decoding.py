"""Marian's decoder as a side, in its own environment; the fastest of several batch sizes is chosen before the turns."""

import time
from pathlib import Path
from typing import Any

from benchmarks.sides.channel import Channel

BATCHES = (16, 32, 64)
"""Batch sizes to try, in sentences."""


def translator(settings: dict[str, Any], batch: int) -> Any:
    """A Marian translator with this batch size."""
    from pymarian import Translator

    return Translator(
        models=settings["model"],
        vocabs=[settings["spm"]] * 2,
        beam_size=settings["beam"],
        normalize=0,
        max_length_factor=2.5,
        mini_batch=batch,
        maxi_batch=100 if batch > 1 else 1,
        maxi_batch_sort="src" if batch > 1 else "none",
        cpu_threads=settings["threads"],
        workspace=500,
        allow_unk=True,
        quiet=True,
        quiet_translation=True,
    )


def seconds(translator: Any, lines: list[str]) -> float:
    """Seconds to translate these lines."""
    start = time.perf_counter()
    translator.translate(lines)
    return time.perf_counter() - start


def main() -> None:
    """Serve turns over the same lines; the amount is sentences, and the answer holds the translations as text."""
    channel = Channel()
    settings = channel.settings
    lines = Path(settings["lines"]).read_text(encoding="utf-8").splitlines()
    sample = lines[: max(1, len(lines) // 2)]
    translators = {batch: translator(settings, batch) for batch in BATCHES}
    for warmed_up in translators.values():
        seconds(warmed_up, sample[:8])
    batch = min(translators, key=lambda batch: seconds(translators[batch], sample))
    while True:
        channel.wait()
        translations = translators[batch].translate(lines)
        elapsed = channel.elapsed()
        channel.reply(seconds=elapsed, amount=len(lines), batch=batch, texts=list(translations))


if __name__ == "__main__":
    main()
