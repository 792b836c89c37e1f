"""Smoothed sentence BLEU, as Kim & Rush's code scores an n-best list.

Four orders, geometric mean; where an order has no match its numerator is a value halved at each such order (1/2, 1/4,
...; the "exp" smoothing of Chen & Cherry 2014); brevity penalty exp(1 - max(1, |ref| / |hyp|)). For hypotheses shorter
than four tokens only the orders they have count (sacrebleu's ``effective_order``).
"""

from sacrebleu.metrics.bleu import BLEU

from seqkd.scoring.bleu import tokenization


def sentence_metric(target_language: str) -> BLEU:
    """sacrebleu's sentence BLEU on detokenised text, 0 to 100."""
    return BLEU(tokenize=tokenization(target_language), smooth_method="exp", effective_order=True)
