"""A statement of a paper, the measurements that decide it, and what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from seqkd.analysis.papers.system_index import Missing, Models
from seqkd.analysis.papers.evidence import Evidence
from seqkd.analysis.papers.estimate import Quantity, above, all_of, within
from seqkd.analysis.truth_hypotheses import CONFIRMED, NOT_SHOWN, NOT_TESTED
from seqkd.analysis.number_format import signed, telling_digits


@dataclass(frozen=True)
class Part:
    """One measurement: what it is, and what it says of the statement; nothing where it is only told beside."""

    words: str
    found: Quantity
    verdict: str = ""
    digits: int = 2

    @property
    def sentence(self) -> str:
        """With its interval, and every seed's number where there are several."""
        low, high = self.found.interval
        digits = telling_digits([self.found.value, low, high], self.digits)
        number = partial(signed, digits=digits)
        told = [f"{number(low)} to {number(high)}"] if self.found.is_sure else []
        if len(self.found.seeds) > 1:
            told.append(f"seeds {', '.join(map(number, self.found.seeds))}")
        if self.found.unpaired:
            told.append("means of unequal seeds")
        aside = f" ({'; '.join(told)})" if told else ""
        return f"{self.words}: {number(self.found.value)}{aside}" + (f" [{self.verdict}]" if self.verdict else "")


@dataclass(frozen=True)
class Claim:
    """A statement: its number, its words, what was published, and when it counts as confirmed."""

    key: str
    words: str
    published: str
    criterion: str
    parts: Callable[[Evidence], Iterable[Part]]


@dataclass(frozen=True)
class Outcome:
    """A statement and what came of it."""

    claim: Claim
    verdict: str
    sentences: list[str]


def outcome(claim: Claim, evidence: Evidence) -> Outcome:
    """Decide a statement; one that needs systems that are not there is not tested."""
    try:
        parts = list(claim.parts(evidence))
    except Missing as missing:
        return Outcome(claim, NOT_TESTED, [f"{missing}."])
    verdicts = [part.verdict for part in parts if part.verdict]
    return Outcome(claim, all_of(verdicts) if verdicts else NOT_TESTED, [part.sentence for part in parts])


def more(
    evidence: Evidence, one: Models, other: Models, decoding: str = "greedy", *, least: float | None = 0.0
) -> Part:
    """BLEU of one system less that of another; ``least`` None only tells it."""
    found = evidence.bleu(one, decoding) - evidence.bleu(other, decoding)
    words = f"{one[0].label} less {other[0].label}, {decoding}, BLEU"
    if least:
        words += f" (more than {least:+g})".replace("-", "−")
    return Part(words, found, "" if least is None else above(found, least))


def given(evidence: Evidence, one: Models, other: Models, decoding: str) -> Part:
    """BLEU of one system above another's, which a statement takes for granted: without it nothing is shown."""
    part = more(evidence, one, other, decoding)
    return replace(part, verdict=supposed(part.verdict))


def supposed(verdict: str) -> str:
    """The verdict of a part that can fail to confirm a statement and cannot contradict it."""
    return verdict if verdict == CONFIRMED else NOT_SHOWN


def control(evidence: Evidence, one: Models, start: Models, decoding: str) -> list[Part]:
    """BLEU of a system less that of its start trained on for as long by its own loss, told where there is one."""
    longer = evidence.cast.went_on(start)
    return [more(evidence, one, longer, decoding, least=None)] if longer else []


def as_good(evidence: Evidence, one: Models, other: Models, margin: float, decoding: str = "greedy") -> Part:
    """BLEU of one system less that of another, nearer to zero than a margin."""
    found = evidence.bleu(one, decoding) - evidence.bleu(other, decoding)
    words = f"{one[0].label} less {other[0].label}, {decoding}, BLEU (within ±{margin:g})"
    return Part(words, found, within(found, margin))
