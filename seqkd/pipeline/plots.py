"""Which plots the report of an experiment has, so that Snakemake knows their files."""

from seqkd.config import Config

TRAINING = {"training-loss": "loss during training", "training-dev-bleu": "BLEU on dev during training"}
SPEED = {
    "bleu-against-speed-batched": "BLEU against speed, in batches",
    "bleu-against-speed-single": "BLEU against speed, one sentence at a time",
}


def plots(config: Config, trained: bool) -> dict[str, str]:
    """Title of each plot by its file's name, without suffix; ``trained`` is whether any model is trained here."""
    titles = dict(SPEED) if config.speed.enabled else {}
    if config.prune.students and config.prune.sparsities:
        titles["pruning"] = "BLEU against sparsity"
    if config.corpus.source == "captions":
        titles["truth"] = "models against the true distribution"
    return titles | (TRAINING if trained else {})
