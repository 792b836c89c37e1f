"""Beam search under several length penalties at once, and the search settings of a finished model."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from seqkd.decoding.engine import in_batches
from seqkd.decoding.search import Hypothesis, Search, take
from seqkd.decoding.settings import BATCH_TOKENS, PENALTIES, LengthLimits, SearchSettings, TunedSearchSettings
from seqkd.errors import UserError
from seqkd.models import store
from seqkd.models.interface import TranslationModel

FILE = "search.json"
"""In a folder ``search/NAME`` of a model: the search whose penalty was chosen on dev, and what was tried."""


class PenaltySearch(Search):
    """A beam search that keeps the best finished hypothesis under each of A penalties: what A searches would find.

    Which hypotheses are expanded does not depend on the penalty, only which of the finished ones is best and when a
    sentence is done. ``kept_scores`` is [B, A] here, and so are the other ``kept_*``.
    """

    def __init__(
        self, model: TranslationModel, src: Tensor, settings: SearchSettings, penalties: Sequence[float]
    ) -> None:
        super().__init__(model, src, settings, wanted=len(penalties))
        self.penalties = torch.tensor(penalties, device=src.device)

    def finish(self, log_probs: Tensor, rows: Tensor) -> None:
        """See the base class."""
        length = self.tokens.shape[2]
        live = log_probs.masked_fill(self.done[:, None], -torch.inf)
        scores, best = (live[:, :, None] / length**self.penalties).max(1)
        better = scores > self.kept_scores
        if not bool(better.any()):
            return
        grown = torch.nn.functional.pad(self.kept_tokens, (0, length - self.kept_tokens.shape[2]))
        self.kept_tokens = torch.where(better[:, :, None], take(self.tokens, rows.gather(1, best)), grown)
        self.kept_scores = torch.where(better, scores, self.kept_scores)
        self.kept_log_probs = torch.where(better, log_probs.gather(1, best), self.kept_log_probs)
        self.kept_lengths = torch.where(better, length, self.kept_lengths)

    def settled(self) -> Tensor:
        """See the base class: under every penalty."""
        ahead = self.scores[:, :1] / self.limits[:, None] ** self.penalties
        return (self.kept_scores >= ahead).all(1)


def translate_with_penalties(
    model: TranslationModel,
    sources: Sequence[list[int]],
    settings: SearchSettings,
    penalties: Sequence[float] = PENALTIES,
    batch_tokens: int = BATCH_TOKENS,
) -> list[list[Hypothesis]]:
    """The best hypothesis of each source (ids without EOS) under each penalty, in their order."""

    def search(src: Tensor) -> list[list[Hypothesis]]:
        with torch.inference_mode():
            return PenaltySearch(model, src, settings, penalties).run()

    found = in_batches(model, sources, max(1, batch_tokens // settings.beam), search)
    # Where nothing ended within the limit there is one hypothesis, whatever the penalty.
    return [hypotheses * len(penalties) if len(hypotheses) == 1 else hypotheses for hypotheses in found]


def read_chosen(folder: Path | None) -> float | None:
    """The penalty in a folder with ``search.json``; None without a folder.

    Raises:
        UserError: the file is missing or damaged.
    """
    if folder is None:
        return None
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return SearchSettings(**content["search"]).length_penalty
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder / FILE}: no search settings ({type(error).__name__}). Delete {folder}.") from None


def search_of_model(model: Path, beam: int, length_penalty: float | None) -> SearchSettings:
    """The search of a finished model: its own length limits, and the penalty chosen for it on dev with this beam.

    Args:
        length_penalty: takes precedence; without it and without a choice on dev, 1.

    Raises:
        UserError: the folder holds no model.
    """
    limits: LengthLimits = store.length_limits(model)
    wanted = TunedSearchSettings(beam=beam, **limits.model_dump())
    if length_penalty is None and (model / "search" / wanted.name).is_dir():
        length_penalty = read_chosen(model / "search" / wanted.name)
    return wanted.tuned(1.0 if length_penalty is None else length_penalty)
