"""The distribution over all English translations of a meaning, exactly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

import numpy as np

from seqkd.captions.choices import drawn, spelled_out
from seqkd.captions.english import punctuated
from seqkd.captions.meaning import Caption
from seqkd.captions.styles import PRIOR, STYLES
from seqkd.captions.target import target_of


@dataclass
class _Node:
    """What follows a prefix: its probability, and the words that may come next."""

    mass: float = 0.0
    words: dict[str, "_Node"] = field(default_factory=dict)


class Truth:
    """p(translation | source) of one meaning; at most 5,000 translations, listed once, when first asked for.

    Translations are plain text, detokenised, as in the corpus: words set apart by single blanks, full stop at the last.
    """

    def __init__(self, caption: Caption) -> None:
        self.caption = caption
        self.text = target_of(caption)

    @cached_property
    def _translations(self) -> dict[str, float]:
        strings, weights = spelled_out(self.text)
        found: dict[str, float] = {}
        for words, share in zip(strings, (weights @ np.array(PRIOR)).tolist(), strict=True):
            if share:
                sentence = punctuated(words)
                found[sentence] = found.get(sentence, 0.0) + share
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {text: rank for rank, text in enumerate(self._translations, 1)}

    @cached_property
    def _tree(self) -> _Node:
        root = _Node()
        for text, share in self._translations.items():
            node = root
            node.mass += share
            for word in [*text.split(" "), ""]:
                node = node.words.setdefault(word, _Node())
                node.mass += share
        return root

    def translations(self) -> dict[str, float]:
        """Every translation and its probability, the most probable first (ties by the alphabet); they sum to 1."""
        return self._translations

    def log_prob(self, text: str) -> float:
        """Natural logarithm of the probability; minus infinity outside the language."""
        share = self._translations.get(text)
        return math.log(share) if share else -math.inf

    def next_words(self, prefix: Sequence[str]) -> dict[str, float]:
        """p(next word | words so far, source), where ``""`` is the end of the sentence. Words are what blanks set
        apart, so punctuation belongs to the word before it. Empty for a prefix outside the language."""
        node = self._tree
        for word in prefix:
            if word not in node.words:
                return {}
            node = node.words[word]
        return {word: child.mass / node.mass for word, child in node.words.items()}

    def mode(self) -> str:
        """The most probable translation; of equal ones the first in the alphabet."""
        return next(iter(self._translations))

    def entropy(self) -> float:
        """Entropy of the distribution over whole translations, in nats."""
        return -sum(share * math.log(share) for share in self._translations.values())

    def sample(self, rng: Random) -> str:
        """One translation, drawn; ``rng`` is a ``random.Random``."""
        style = rng.choices(range(len(STYLES)), PRIOR)[0]
        return punctuated(drawn(self.text, style, rng))

    def rank(self, text: str) -> int | None:
        """1 for the mode, 2 for the next in ``translations``...; None outside the language."""
        return self._ranks.get(text)
