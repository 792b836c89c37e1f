"""What a reader must know before any verdict of the page: why there is none, or what it leaves out."""

from collections.abc import Sequence

from seqkd.analysis.results import System
from seqkd.analysis.number_format import percent
from seqkd.analysis.pairings import baselines
from seqkd.report.sections import TestSet
from seqkd.analysis.minimums import MINIMUM

OVERLAP = 0.02
"""Share of test pairs known from training that is worth a word."""


def remarks_on_size(found: Sequence[TestSet]) -> list[str]:
    """Test sets that are too small, or have too few documents, for an interval."""
    return [f"{one.name}: {why}. So there is no interval and no verdict." for one in found if (why := _small(one))]


def _small(one: TestSet) -> str:
    if one.sentences < MINIMUM["sentences"]:
        return f"{_counted(one.sentences, 'sentence')}, at least {MINIMUM['sentences']} are needed"
    if one.text.is_enough:
        return ""
    if one.text.count < MINIMUM["documents"]:
        few, needed = _counted(one.text.count, "document"), MINIMUM["documents"]
        return f"{few}, at least {needed} are needed, since sentences of one document depend on each other"
    return f"one of its {one.text.count} {one.text.unit} is most of the text"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def remarks_on_baselines(systems: list[System]) -> list[str]:
    """Students that nothing of their size can be compared with."""
    known = {*baselines(systems), *(one.model for one in systems if one.kind == "teacher")}
    left = dict.fromkeys(one.system for one in systems if one.kind == "student" and one.model not in known)
    if not left:
        return []
    return [
        f"No baseline of their size, so no gain and no verdict: {', '.join(left)}. A baseline is a student with "
        "`targets: gold`, `loss: nll` and no `start`."
    ]


def remarks_on_overlap(found: Sequence[TestSet]) -> list[str]:
    """Test sets that the models have partly seen in training."""
    return [
        f"{one.name}: {percent(one.overlap / one.sentences)} of its pairs have a side in the training text; BLEU "
        "without them is in scores.csv, bleu_without_overlap."
        for one in found
        if one.overlap > OVERLAP * one.sentences
    ]
