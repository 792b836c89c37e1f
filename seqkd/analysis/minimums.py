"""The least data that an interval needs. A file of its own, so that plans read it without loading NumPy."""

MINIMUM = {"sentences": 30, "documents": 5, "systems": 6, "seeds": 3, "repeats": 5}
"""With fewer there is no interval (with fewer seeds, none that covers the choice of seeds).

By ``benchmarks/false_verdicts.py``: with 30 sentences some 7 % of verdicts are false where differences are skewed or
segments are so short that BLEU has hardly a 4-gram to count, with 10 or 20 up to 13 %; sums over documents are less
skewed, and with 5 of them 5 % are. ``systems``: of a rank correlation. ``repeats``: of a measured speed; the range
of 5 contains the median in 1 - 2 / 2^5 = 94 % of cases."""
