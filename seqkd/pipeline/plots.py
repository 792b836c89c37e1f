"""Which plots the report of an experiment has, so that Snakemake knows them as its files."""

from seqkd.config import Config

TRAINING = {"training-loss": "loss during training", "training-dev-bleu": "BLEU on dev during training"}
SPEED = {
    "bleu-against-speed-batched": "BLEU against speed, in batches",
    "bleu-against-speed-single": "BLEU against speed, one sentence at a time",
}


def plots(config: Config, trained: bool) -> dict[str, str]:
    """Title of each plot by its file's name, without ending; ``trained`` is whether any model is trained here."""
    found = dict(SPEED) if config.speed.enabled else {}
    if config.prune.students and config.prune.sparsities:
        found["pruning"] = "BLEU against sparsity"
    if config.corpus.source == "captions":
        found["truth"] = "models against the true distribution"
    return found | (TRAINING if trained else {})
