"""Which length penalty suits a model: every candidate on the dev set, in one search.

Without normalisation a beam search prefers short translations, the more so the larger the beam (Koehn & Knowles 2017,
section 3.6; Murray & Chiang 2018), and a student trained on its outputs learns the brevity. How much normalisation
undoes it differs between models, hence the choice on dev.
"""

import logging
from pathlib import Path
from typing import Any

from seqkd.data.dataset import Dataset
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.length_penalty import FILE, translate_with_penalties
from seqkd.decoding.settings import LENGTH_PENALTIES, TunedSearchSettings
from seqkd.models import checkpoint
from seqkd.scoring.metrics.bleu import corpus_bleu
from seqkd.scoring.metrics.chrf import chrf_metric
from seqkd.scoring.primary_metric import primary_metric
from seqkd.utils.files import read_lines, write_json
from seqkd.utils.malloc import tune_malloc

log = logging.getLogger(__name__)


def choose_length_penalty(
    *,
    search: TunedSearchSettings,
    model: Path,
    tokenizer: Path,
    corpus: Path,
    folder: Path,
    bleu_tokenize: str,
    precision: str,
    is_fallback: bool = False,
) -> dict[str, Any]:
    """Translate the dev set under every penalty and write the best one, and what the others gave, to search.json.

    Of equal scores the penalty nearest to 1 is taken, and of two as near the larger.

    Args:
        is_fallback: BLEU's tokenization does not fit the language; see ``seqkd.corpus.language.Tokenization``.

    Returns:
        The penalty and its scores on dev, for the manifest.
    """
    tune_malloc()
    subwords = Tokenizer(tokenizer)
    network = checkpoint.load(model, precision, subwords.sizes)
    dev, references = Dataset(tokenizer / "dev"), read_lines(corpus / "dev.tgt")
    sources = [dev.src[i].tolist() for i in range(len(dev))]
    translations = translate_with_penalties(network, sources, search.tuned(1.0))
    rows = []
    for column, penalty in enumerate(LENGTH_PENALTIES):
        texts = [subwords.tgt.decode(hypotheses[column].ids) for hypotheses in translations]
        bleu, chrf = corpus_bleu(texts, references, bleu_tokenize), chrf_metric().corpus_score(texts, [references])
        row = {"length_penalty": penalty, "dev_bleu": round(bleu.score, 4), "dev_chrf": round(chrf.score, 4)}
        rows.append(row | {"dev_length_ratio": round(bleu.sys_len / max(1, bleu.ref_len), 4)})
        log.info("length penalty %.1f: dev BLEU %.2f, chrF %.2f, length ratio %.3f", *rows[-1].values())
    metric = f"dev_{primary_metric(references, bleu_tokenize, is_fallback).name}"
    best = max(rows, key=lambda row: (row[metric], -abs(row["length_penalty"] - 1), row["length_penalty"]))
    write_json(folder / FILE, {"search": search.tuned(best["length_penalty"]).canonical(), "tried": rows})
    return best
