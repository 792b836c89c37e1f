"""A distribution over translations written down by hand, in place of the grammar's."""

import math


class FakeTruth:
    """As ``seqkd.corpus.captions.Truth``; probabilities as given, the mode first."""

    def __init__(self, probabilities: dict[str, float]) -> None:
        self._every = dict(sorted(probabilities.items(), key=lambda item: (-item[1], item[0])))

    def translations(self) -> dict[str, float]:
        return self._every

    def log_prob(self, text: str) -> float:
        return math.log(self._every[text]) if text in self._every else -math.inf

    def rank(self, text: str) -> int | None:
        return list(self._every).index(text) + 1 if text in self._every else None

    def sample(self, rng) -> str:
        return rng.choices(list(self._every), list(self._every.values()))[0]
