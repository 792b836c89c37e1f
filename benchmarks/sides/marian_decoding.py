"""Marian's decoder as a side, in its environment; the fastest of some batch sizes is taken before the first turn."""

import time
from pathlib import Path
from typing import Any

from benchmarks.sides.channel import Channel

BATCHES = (16, 32, 64)
"""Sentences at once that are tried."""


def translator(settings: dict[str, Any], batch: int) -> Any:
    """A translator of Marian's with this batch size."""
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


def seconds(made: Any, lines: list[str]) -> float:
    """Time that these lines take."""
    start = time.perf_counter()
    made.translate(lines)
    return time.perf_counter() - start


def main() -> None:
    """Serve turns over the same lines; the amount is sentences, and the answer holds the translations as text."""
    channel = Channel()
    settings = channel.settings
    lines = Path(settings["lines"]).read_text(encoding="utf-8").splitlines()
    part = lines[: max(1, len(lines) // 2)]
    made = {batch: translator(settings, batch) for batch in BATCHES}
    for one in made.values():
        seconds(one, part[:8])
    batch = min(made, key=lambda batch: seconds(made[batch], part))
    while True:
        channel.wait()
        found = made[batch].translate(lines)
        passed = channel.passed()
        channel.reply(seconds=passed, amount=len(lines), batch=batch, texts=list(found))


if __name__ == "__main__":
    main()
