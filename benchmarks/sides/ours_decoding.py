"""Our decoder as a side: ``translate``, called as by the pipeline's decoding and scoring."""

import json
from pathlib import Path

import torch

from benchmarks.sides.channel import Channel
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.models import checkpoint
from seqkd.utils.malloc import tune_malloc


def main() -> None:
    """Serve turns over the same sentences; the amount is sentences, and the answer holds the translations."""
    channel = Channel()
    settings = channel.settings
    tune_malloc()
    torch.set_flush_denormal(True)
    model = checkpoint.load(Path(settings["model"]), settings["precision"])
    sources = json.loads(Path(settings["sources"]).read_text(encoding="utf-8"))
    search = SearchSettings(beam=settings["beam"], length_penalty=0.0)  # same as the peers
    tokens = 1 if settings["single"] else settings.get("batch_tokens", BATCH_TOKENS)
    while True:
        channel.wait()
        results = translate(model, sources, search, tokens, settings["n_best"], scored=False)
        seconds = channel.elapsed()
        channel.reply(seconds=seconds, amount=len(sources), outputs=[hypotheses[0].ids for hypotheses in results])


if __name__ == "__main__":
    main()
