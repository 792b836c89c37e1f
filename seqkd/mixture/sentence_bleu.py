"""Smoothed sentence BLEU, as Kim & Rush's code scores an n-best list.

Geometric mean of four n-gram precisions. An order without a match gets the numerator 1/2, the next such order 1/4, and
so on ("exp" smoothing, Chen & Cherry 2014). Brevity penalty exp(1 - max(1, |ref| / |hyp|)). Hypotheses shorter than
four tokens use only the orders they have (sacrebleu's ``effective_order``).
"""

from sacrebleu.metrics.bleu import BLEU


def sentence_metric(tokenize: str) -> BLEU:
    """Sentence BLEU on detokenised text, 0 to 100; ``tokenize`` is one of sacrebleu's tokenizations."""
    return BLEU(tokenize=tokenize, smooth_method="exp", effective_order=True)
