"""The verdict in plain words, made from the comparisons: which way won, by how much, and is it more than noise."""

from functools import partial

from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.minimums import MINIMUM
from seqkd.analysis.number_format import percent, ratio, signed, telling_digits
from seqkd.analysis.pairings import controls
from seqkd.analysis.results import Results
from seqkd.report.tables import SystemRow

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def spelled(count: int) -> str:
    """Small numbers in letters."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def describe(comparison: Comparison) -> str:
    """``+1.2 BLEU (+0.3 to +2.1)``, with enough decimals to keep every sign; without interval only the difference."""
    low, high = comparison.low, comparison.high
    number = partial(signed, digits=telling_digits((comparison.difference, low, high)))
    text = f"{number(comparison.difference)} {comparison.metric_name}"
    return f"{text} ({number(low)} to {number(high)})" if comparison.has_interval else text


def with_gain(comparison: Comparison) -> str:
    """``seq-kd (+1.2)``."""
    return f"{comparison.system} ({signed(comparison.difference, telling_digits([comparison.difference]))})"


def primary_family(comparisons: list[Comparison]) -> list[Comparison]:
    """The family named in advance, highest gain first."""
    return sorted((item for item in comparisons if item.role == "primary"), key=lambda item: -item.difference)


def headline(comparisons: list[Comparison], rows: list[SystemRow]) -> str:
    """One sentence: the outcome of the primary comparison."""
    family = primary_family(comparisons)
    if not family:
        return _without_comparison(rows)
    best = family[0]
    winners = [item for item in family if item.verdict == "better"]
    if not any(item.has_interval for item in family):
        return (
            f"No verdict: {best.test_set} has too little text for one. The highest student is {best.system}, at "
            f"{describe(best)} over {best.against}, which may be chance."
        )
    if not winners:
        return (
            f"No student is shown to be better than the same-size baseline. The highest is {best.system}, at "
            f"{describe(best)}."
        )
    return _winners_text(winners, rows)


def _winners_text(winners: list[Comparison], rows: list[SystemRow]) -> str:
    winner, *others = winners
    longer_baselines = {models[0].system for models in controls([row.system for row in rows]).values()}
    is_control = winner.system in longer_baselines
    reservation = ", though it is a longer-trained baseline and no distillation" if is_control else ""
    also = f" Better than the baseline too: {', '.join(map(with_gain, others))}." if others else ""
    return f"{winner.system} won: {describe(winner)} over {winner.against}, more than noise{reservation}.{also}"


def _without_comparison(rows: list[SystemRow]) -> str:
    kinds = {row.system.kind for row in rows}
    if "student" in kinds:
        return (
            "No comparison: no student of the same size was trained on gold text with nll alone, "
            "so there is no baseline to gain over."
        )
    return "No comparison: only teachers were trained." if kinds else "No comparison: no model was scored."


def details(comparisons: list[Comparison], rows: list[SystemRow], results: Results, confidence: float) -> list[str]:
    """Further sentences below the headline: how it was tested, the fair control, the runner-up, what it holds for."""
    family = primary_family(comparisons)
    if not family:
        return []
    sentences = [
        _method(family, confidence),
        *_by_verdict(family),
        *_controls(comparisons, family),
        *_runners_up(comparisons),
        *_compression(family, rows),
        _scope(family, results),
    ]
    return [sentence for sentence in sentences if sentence]


def _method(family: list[Comparison], confidence: float) -> str:
    first = family[0]
    tests = f"Holm’s correction over {spelled(len(family))} comparisons" if len(family) > 1 else "a single comparison"
    how = f", with {100 * confidence:g} % intervals of the paired bootstrap over {units(first)} and {tests}"
    return (
        f"This is the comparison named in advance: {first.decoding} {first.metric_name} on {first.test_set}, each "
        f"student against the same-size baseline{how if first.has_interval else ''}."
    )


def units(comparison: Comparison) -> str:
    """``its 1500 sentences``, ``its 30 documents``."""
    noun = comparison.resampled if comparison.units != 1 else comparison.resampled.removesuffix("s")
    return f"its {comparison.units} {noun}"


def _by_verdict(family: list[Comparison]) -> list[str]:
    tested = [item for item in family if item.has_interval]
    groups = {
        "Worse than the baseline": [item for item in family if item.verdict == "worse"],
        "Not shown to differ from the baseline": [item for item in tested if item.verdict == "not shown"],
        "Without a verdict, since there is no interval": [item for item in family if not item.has_interval],
    }
    return [f"{phrase}: {', '.join(map(with_gain, group))}." for phrase, group in groups.items() if group]


def _controls(comparisons: list[Comparison], family: list[Comparison]) -> list[str]:
    """The fine-tuned students against the baseline that was trained for as long: secondary."""
    shown = [item for item in comparisons if item.role == "control" and item.setting == family[0].setting]
    if not shown:
        return []
    results = "; ".join(f"{item.system} {describe(item)}, {item.verdict}" for item in shown)
    return [
        "Against the baseline trained for as long, which is the fair control for fine-tuned students "
        f"(secondary, uncorrected): {results}."
    ]


def _runners_up(comparisons: list[Comparison]) -> list[str]:
    return [
        f"The lead of {item.system} over the next best, {item.against}: {describe(item)}, {item.verdict} "
        "(secondary: the two were chosen by these scores)."
        for item in comparisons
        if item.role == "runner-up"
    ]


def _compression(family: list[Comparison], rows: list[SystemRow]) -> list[str]:
    """What the best student keeps of the teacher, and what it saves."""
    winner = next((item for item in family if item.verdict == "better"), family[0])
    row = next((row for row in rows if row.system.variant == winner.variant), None)
    teacher = next((row for row in rows if row.system.kind == "teacher"), None)
    if row is None or teacher is None or row.share is None:
        return []
    parameters, of_teacher = (next(iter(item.scores.values()))["parameters"] for item in (row, teacher))
    text = (
        f"{row.label} keeps {percent(row.share)} of the teacher’s {row.metric_name} with "
        f"{percent(parameters / of_teacher)} of its parameters"
    )
    speed_up = row.speed.get((winner.decoding, "batched"))
    faster = f" and decodes {ratio(speed_up)} times as fast as the teacher with beam search" if speed_up else ""
    return [f"{text}{faster}."]


def _scope(family: list[Comparison], results: Results) -> str:
    """What the verdicts hold for: these models, unless there are enough seeds to say more."""
    counts = {len(seeds.split()) for item in family for seeds in (item.seeds, item.against_seeds)}
    given = _given(results, counts)
    models_only = [item for item in family if item.scope == "models"]
    if not any(item.has_interval for item in family):
        return f"{given}differences are means over seeds." if counts != {1} else ""
    if not models_only:
        return (
            f"{given}differences are means over seeds, and the intervals cover both the choice of the test text and "
            "that of the seeds. The verdicts are on the methods as they are set here, on text like this."
        )
    if counts == {1}:
        return f"{given}a verdict on these models, not on the methods."
    whose = "" if models_only == family else f"of {', '.join(item.system for item in models_only)} "
    return (
        f"{given}differences are means over seeds. With fewer than {spelled(MINIMUM['seeds'])} seeds on a side the "
        f"intervals {whose}cover only the choice of the test text: a verdict on these models, not on the methods."
    )


def _given(results: Results, seed_counts: set[int]) -> str:
    """``Given this teacher and two seeds: ``."""
    teachers = len({model.path for model in results.models if model.kind == "teacher"})
    conditions = ["this teacher" if teachers == 1 else f"these {spelled(teachers)} teacher models"] if teachers else []
    if len(seed_counts) == 1:
        (count,) = seed_counts
        conditions.append(f"{spelled(count)} seed{'s' if count > 1 else ''}")
    return f"Given {' and '.join(conditions)}: " if conditions else ""
