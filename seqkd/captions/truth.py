"""The distribution over all English translations of a meaning, exactly."""

from collections.abc import Sequence
from random import Random

from seqkd.captions.meaning import Caption


class Truth:
    """p(translation | source) of one meaning; at most 5,000 translations, listed once, when first asked for.

    Translations are plain text, detokenised, as in the corpus: words set apart by single blanks, full stop at the last.
    """

    def __init__(self, caption: Caption) -> None:
        self.caption = caption

    def translations(self) -> dict[str, float]:
        """Every translation and its probability, the most probable first (ties by the alphabet); they sum to 1."""
        raise ValueError

    def log_prob(self, text: str) -> float:
        """Natural logarithm of the probability; minus infinity outside the language."""
        raise ValueError(text)

    def next_words(self, prefix: Sequence[str]) -> dict[str, float]:
        """p(next word | words so far, source), where ``""`` is the end of the sentence; words are what blanks set apart,
        so punctuation belongs to the word before it. Empty for a prefix outside the language."""
        raise ValueError(prefix)

    def mode(self) -> str:
        """The most probable translation; of equal ones the first in the alphabet."""
        raise ValueError

    def entropy(self) -> float:
        """Entropy of the distribution over whole translations, in nats."""
        raise ValueError

    def sample(self, rng: Random) -> str:
        """One translation, drawn; ``rng`` is a ``random.Random``."""
        raise ValueError(rng)

    def rank(self, text: str) -> int | None:
        """1 for the mode, 2 for the next in ``translations``...; None outside the language."""
        raise ValueError(text)
