"""A model that has exactly the distributions written down for it: a word is a subword, a source is its number."""

import torch

from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.models.base import TranslationModel

FIRST = 4
NEVER = -1e4


class Words:
    """In place of one side of the tokenizer: every word of the texts is a subword."""

    def __init__(self, texts: list[str]) -> None:
        self.words = sorted({word for text in texts for word in text.split()})

    def encode(self, lines) -> list[list[int]]:
        return [[FIRST + self.words.index(word) for word in line.split()] for line in lines]

    def decode(self, ids) -> str:
        return " ".join(self.words[one - FIRST] for one in ids)


class State:
    """Prefixes of B sentences with K rows each; a source is known by its first id."""

    def __init__(self, src: torch.Tensor, beam: int) -> None:
        self.sources = src[:, 0].repeat_interleave(beam)
        self.prefixes = torch.zeros(len(self.sources), 0, dtype=torch.int64)

    def reorder(self, rows: torch.Tensor) -> None:
        self.prefixes = self.prefixes[rows]

    def select(self, sentences: torch.Tensor, beam: int) -> None:
        rows = (sentences[:, None] * beam + torch.arange(beam)).flatten()
        self.sources, self.prefixes = self.sources[rows], self.prefixes[rows]


class FakeModel(TranslationModel):
    """q(text | source n) = ``distributions[n]``; the hidden state is the log-probability of each next subword."""

    def __init__(self, subwords: Words, distributions: list[dict[str, float]]) -> None:
        super().__init__()
        self.size = FIRST + len(subwords.words)
        self.output_weight = torch.nn.Parameter(torch.eye(self.size), requires_grad=False)
        self.trees = [self._tree(subwords, one) for one in distributions]

    @staticmethod
    def _tree(subwords: Words, distribution: dict[str, float]) -> dict[tuple[int, ...], dict[int, float]]:
        tree: dict[tuple[int, ...], dict[int, float]] = {}
        for text, mass in distribution.items():
            ids = [*subwords.encode([text])[0], EOS]
            for place, one in enumerate(ids):
                here = tree.setdefault(tuple(ids[:place]), {})
                here[one] = here.get(one, 0.0) + mass
        return tree

    def _next(self, source: int, prefix: tuple[int, ...]) -> torch.Tensor:
        following = self.trees[source - FIRST].get(prefix, {EOS: 1.0})
        log_q = torch.full((self.size,), NEVER)
        for one, mass in following.items():
            log_q[one] = torch.tensor(mass / sum(following.values())).log()
        return log_q

    def forward(self, src: torch.Tensor, prefix: torch.Tensor) -> torch.Tensor:
        rows = [
            [self._next(source, tuple(ids[1 : place + 1])) for place in range(len(ids))]
            for source, ids in zip(src[:, 0].tolist(), prefix.tolist(), strict=True)
        ]
        return torch.stack([torch.stack(row) for row in rows])

    def start(self, src: torch.Tensor, beam: int) -> State:
        return State(src, beam)

    def step(self, state: State, tokens: torch.Tensor) -> torch.Tensor:
        state.prefixes = torch.cat([state.prefixes, tokens[:, None]], 1)
        rows = zip(state.sources.tolist(), state.prefixes.tolist(), strict=True)
        return torch.stack(
            [self._next(source, tuple(one for one in ids if one not in (BOS, PAD))) for source, ids in rows]
        )
