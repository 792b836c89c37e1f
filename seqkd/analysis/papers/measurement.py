"""What is measured for the papers' hypotheses: an estimate, its words, and what it says."""

from dataclasses import dataclass, replace
from functools import partial

from seqkd.analysis.hypothesis import CONFIRMED, NOT_SHOWN
from seqkd.analysis.number_format import signed, telling_digits
from seqkd.analysis.papers.estimate import Estimate, above, within
from seqkd.analysis.papers.run_measurements import RunMeasurements
from seqkd.analysis.papers.system_index import Models


@dataclass(frozen=True)
class Measurement:
    """An estimate and what it says of a hypothesis; no verdict where it is only reported."""

    words: str
    estimate: Estimate
    verdict: str = ""
    digits: int = 2

    @property
    def verdicts(self) -> list[str]:
        """The verdict, if there is one."""
        return [self.verdict] if self.verdict else []

    @property
    def sentence(self) -> str:
        """With its interval, and every seed's number where there are several."""
        estimate = self.estimate
        low, high = estimate.interval
        number = partial(signed, digits=telling_digits([estimate.value, low, high], self.digits))
        details = [f"{number(low)} to {number(high)}"] if estimate.has_interval else []
        if len(estimate.values) > 1:
            details.append(f"seeds {', '.join(map(number, estimate.values))}")
        if estimate.unpaired:
            details.append("means of unequal seeds")
        in_brackets = f" ({'; '.join(details)})" if details else ""
        verdict = f" [{self.verdict}]" if self.verdict else ""
        return f"{self.words}: {number(estimate.value)}{in_brackets}{verdict}"


def expect_above(words: str, estimate: Estimate, bound: float = 0.0, digits: int = 2) -> Measurement:
    """An estimate that the statement expects above a number."""
    return Measurement(words, estimate, above(estimate, bound), digits)


def more(
    run: RunMeasurements, models: Models, other: Models, decoding: str = "greedy", *, least: float | None = 0.0
) -> Measurement:
    """BLEU of one system less that of another, expected above ``least``; only reported where that is None."""
    difference = run.bleu(models, decoding) - run.bleu(other, decoding)
    words = f"{models[0].label} less {other[0].label}, {decoding}, BLEU"
    if least:
        words += f" (more than {least:+g})".replace("-", "−")
    return Measurement(words, difference, "" if least is None else above(difference, least))


def prerequisite(run: RunMeasurements, models: Models, other: Models, decoding: str) -> Measurement:
    """BLEU of one system above another's, which a statement takes for granted: without it nothing is shown."""
    measurement = more(run, models, other, decoding)
    return replace(measurement, verdict=never_contradicting(measurement.verdict))


def never_contradicting(verdict: str) -> str:
    """The verdict of a measurement that is needed to confirm a statement but cannot contradict it."""
    return verdict if verdict == CONFIRMED else NOT_SHOWN


def control(run: RunMeasurements, models: Models, start: Models, decoding: str) -> list[Measurement]:
    """BLEU of a system less that of its start trained for as long by its own loss, reported where there is one."""
    longer = run.index.continued(start)
    return [more(run, models, longer, decoding, least=None)] if longer else []


def as_good(
    run: RunMeasurements, models: Models, other: Models, margin: float, decoding: str = "greedy"
) -> Measurement:
    """BLEU of one system less that of another, expected to be closer to zero than a margin."""
    difference = run.bleu(models, decoding) - run.bleu(other, decoding)
    words = f"{models[0].label} less {other[0].label}, {decoding}, BLEU (within ±{margin:g})"
    return Measurement(words, difference, within(difference, margin))
