"""The exact distribution over all English translations of a meaning."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

import numpy as np

from seqkd.corpus.captions.choices import enumerate_strings, sample_string
from seqkd.corpus.captions.english import punctuated
from seqkd.corpus.captions.meaning import Caption
from seqkd.corpus.captions.styles import PRIOR, STYLES
from seqkd.corpus.captions.target import target_of


@dataclass
class _Node:
    """A node of the prefix tree: the probability of the prefix, and the words that may follow."""

    mass: float = 0.0
    words: dict[str, "_Node"] = field(default_factory=dict)


class Truth:
    """p(translation | source) of one meaning; at most 5,000 translations, enumerated lazily.

    Translations are detokenised text as in the corpus: words separated by single blanks, punctuation attached.
    """

    def __init__(self, caption: Caption) -> None:
        self.caption = caption
        self.text = target_of(caption)

    @cached_property
    def _translations(self) -> dict[str, float]:
        strings, weights = enumerate_strings(self.text)
        probs: dict[str, float] = {}
        for words, prob in zip(strings, (weights @ np.array(PRIOR)).tolist(), strict=True):
            if prob:
                sentence = punctuated(words)
                probs[sentence] = probs.get(sentence, 0.0) + prob
        return dict(sorted(probs.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {text: rank for rank, text in enumerate(self._translations, 1)}

    @cached_property
    def _tree(self) -> _Node:
        root = _Node()
        for text, prob in self._translations.items():
            node = root
            node.mass += prob
            for word in [*text.split(" "), ""]:
                node = node.words.setdefault(word, _Node())
                node.mass += prob
        return root

    def translations(self) -> dict[str, float]:
        """Every translation and its probability, most probable first (ties alphabetically); they sum to 1."""
        return self._translations

    def log_prob(self, text: str) -> float:
        """Natural log-probability; minus infinity outside the language."""
        prob = self._translations.get(text)
        return math.log(prob) if prob else -math.inf

    def next_words(self, prefix: Sequence[str]) -> dict[str, float]:
        """p(next word | prefix, source), where ``""`` is the end of the sentence. Words are separated by blanks, so
        punctuation belongs to the word before it. Empty for a prefix outside the language."""
        node = self._tree
        for word in prefix:
            if word not in node.words:
                return {}
            node = node.words[word]
        return {word: child.mass / node.mass for word, child in node.words.items()}

    def mode(self) -> str:
        """The most probable translation; ties alphabetically."""
        return next(iter(self._translations))

    def entropy(self) -> float:
        """Entropy of the distribution over translations, in nats."""
        return -sum(prob * math.log(prob) for prob in self._translations.values())

    def sample(self, rng: Random) -> str:
        """A sampled translation."""
        style = rng.choices(range(len(STYLES)), PRIOR)[0]
        return punctuated(sample_string(self.text, style, rng))

    def rank(self, text: str) -> int | None:
        """1 for the mode, 2 for the next in ``translations`` and so on; None outside the language."""
        return self._ranks.get(text)
