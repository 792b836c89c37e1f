"""Beam search under several length penalties at once, and the search settings of a trained model."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from seqkd.decoding.beam_search import BeamSearch, Hypothesis, gather_rows
from seqkd.decoding.generate import search_in_batches
from seqkd.decoding.settings import BATCH_TOKENS, LENGTH_PENALTIES, LengthLimits, SearchSettings, TunedSearchSettings
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.utils.errors import UserError

FILE = "search.json"
"""In a model's folder ``search/NAME``: the search with the penalty chosen on dev, and the penalties tried."""


class PenaltySearch(BeamSearch):
    """A beam search that keeps the best finished hypothesis under each of A penalties: the results of A searches.

    The penalty does not affect which hypotheses are expanded, only which finished one is best and when a sentence is
    done. ``finished_scores`` is [B, A] here, and so are the other ``finished_*``.
    """

    def __init__(
        self, model: TranslationModel, src: Tensor, settings: SearchSettings, penalties: Sequence[float]
    ) -> None:
        super().__init__(model, src, settings, n_best=len(penalties))
        self.penalties = torch.tensor(penalties, device=src.device)

    def finish(self, log_probs: Tensor, rows: Tensor) -> None:
        """See the base class."""
        length = self.tokens.shape[2]
        live = log_probs.masked_fill(self.done[:, None], -torch.inf)
        scores, best = (live[:, :, None] / length**self.penalties).max(1)
        better = scores > self.finished_scores
        if not bool(better.any()):
            return
        padded = torch.nn.functional.pad(self.finished_tokens, (0, length - self.finished_tokens.shape[2]))
        tokens = gather_rows(self.tokens, rows.gather(1, best))
        self.finished_tokens = torch.where(better[:, :, None], tokens, padded)
        self.finished_scores = torch.where(better, scores, self.finished_scores)
        self.finished_log_probs = torch.where(better, log_probs.gather(1, best), self.finished_log_probs)
        self.finished_lengths = torch.where(better, length, self.finished_lengths)

    def settled(self) -> Tensor:
        """See the base class: under every penalty."""
        bounds = self.scores[:, :1] / self.limits[:, None] ** self.penalties
        return (self.finished_scores >= bounds).all(1)


def translate_with_penalties(
    model: TranslationModel,
    sources: Sequence[list[int]],
    settings: SearchSettings,
    penalties: Sequence[float] = LENGTH_PENALTIES,
    batch_tokens: int = BATCH_TOKENS,
) -> list[list[Hypothesis]]:
    """The best hypothesis of each source (ids without EOS) under each penalty, in the order of the penalties."""

    def search(src: Tensor) -> list[list[Hypothesis]]:
        with torch.inference_mode():
            return PenaltySearch(model, src, settings, penalties).run()

    results = search_in_batches(model, sources, max(1, batch_tokens // settings.beam), search)
    # If nothing finished within the limit there is a single hypothesis, whatever the penalty.
    return [hypotheses * len(penalties) if len(hypotheses) == 1 else hypotheses for hypotheses in results]


def read_chosen_penalty(folder: Path | None) -> float | None:
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
    """The search of a trained model: its own length limits, and the penalty chosen for it on dev with this beam.

    Args:
        length_penalty: takes precedence; without it and without a choice on dev, 1.

    Raises:
        UserError: the folder holds no model.
    """
    limits: LengthLimits = checkpoint.length_limits(model)
    search = TunedSearchSettings(beam=beam, **limits.model_dump())
    if length_penalty is None and (model / "search" / search.name).is_dir():
        length_penalty = read_chosen_penalty(model / "search" / search.name)
    return search.tuned(1.0 if length_penalty is None else length_penalty)
