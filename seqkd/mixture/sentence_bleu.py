"""Smoothed sentence BLEU, as Kim & Rush's code scores an n-best list.

Four orders, geometric mean; where an order has no match its numerator is a value halved at each such order (1/2, 1/4,
...; the "exp" smoothing of Chen & Cherry 2014); brevity penalty exp(1 - max(1, |ref| / |hyp|)). For hypotheses shorter
than four tokens only the orders they have count (sacrebleu's ``effective_order``).
"""

from sacrebleu.metrics.bleu import BLEU


def sentence_metric(tokenize: str) -> BLEU:
    """sacrebleu's sentence BLEU on detokenised text, 0 to 100, with one of sacrebleu's tokenizations."""
    return BLEU(tokenize=tokenize, smooth_method="exp", effective_order=True)
