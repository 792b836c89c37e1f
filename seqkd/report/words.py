"""The verdict in plain words, made from the comparisons: which way won, by how much, and is it more than noise."""

from seqkd.report.compare import Comparison, controls
from seqkd.report.load import Results
from seqkd.report.tables import Row

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, a true minus sign included; no sign where it rounds to zero."""
    return f"{value:+.{digits}f}".replace("-", "−") if round(value, digits) else f"{0:.{digits}f}"


def spelled(count: int) -> str:
    """Small numbers in letters."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def interval(found: Comparison) -> str:
    """``+1.2 BLEU (+0.3 to +2.1)``."""
    return f"{signed(found.difference)} {found.metric_name} ({signed(found.low)} to {signed(found.high)})"


def primary(comparisons: list[Comparison]) -> list[Comparison]:
    """The family named in advance, highest gain first."""
    return sorted((found for found in comparisons if found.role == "primary"), key=lambda found: -found.difference)


def headline(comparisons: list[Comparison], rows: list[Row]) -> str:
    """One sentence: the outcome of the primary comparison."""
    family = primary(comparisons)
    if not family:
        return _without_comparison(rows)
    best = family[0]
    won = [found for found in family if found.verdict == "better"]
    if not won:
        return (
            f"No student is shown to be better than the same-size baseline. The highest is {best.system}, at "
            f"{interval(best)}."
        )
    control = {models[0].system for models in controls([row.system for row in rows]).values()}
    aside = ", though it is a longer-trained baseline and no distillation" if won[0].system in control else ""
    others = [f"{found.system} ({signed(found.difference)})" for found in won[1:]]
    tail = f" Better than the baseline too: {', '.join(others)}." if others else ""
    return f"{won[0].system} won: {interval(won[0])} over {won[0].against}, more than noise{aside}.{tail}"


def _without_comparison(rows: list[Row]) -> str:
    kinds = {row.system.kind for row in rows}
    if "student" in kinds:
        return (
            "No comparison: no student of the same size was trained on gold text with nll alone, "
            "so there is no baseline to gain over."
        )
    return "No comparison: only teachers were trained." if kinds else "No comparison: no model was scored."


def details(comparisons: list[Comparison], rows: list[Row], results: Results, confidence: float) -> list[str]:
    """Further sentences below the headline: how it was tested, the fair control, the runner-up, what it holds for."""
    family = primary(comparisons)
    if not family:
        return []
    return [
        _method(family, confidence),
        *_by_verdict(family),
        *_uncompared(family, rows),
        *_controls(comparisons, family),
        *_runners_up(comparisons),
        *_compression(family, rows),
        _scope(rows, results),
    ]


def _method(family: list[Comparison], confidence: float) -> str:
    named = family[0]
    tests = f"Holm’s correction over {spelled(len(family))} comparisons" if len(family) > 1 else "a single comparison"
    score = f"{named.decoding} {named.metric_name} on {named.test_set}"
    return (
        f"This is the comparison named in advance: {score}, each student against the same-size baseline, with "
        f"{100 * confidence:g} % intervals of the paired bootstrap and {tests}."
    )


def _by_verdict(family: list[Comparison]) -> list[str]:
    found = []
    for word, phrase in (("worse", "Worse than the baseline"), ("not shown", "Not shown to differ from the baseline")):
        names = [f"{one.system} ({signed(one.difference)})" for one in family if one.verdict == word]
        if names:
            found.append(f"{phrase}: {', '.join(names)}.")
    return found


def _uncompared(family: list[Comparison], rows: list[Row]) -> list[str]:
    compared = {found.system for found in family}
    left = [row for row in rows if row.system.kind == "student" and not row.is_baseline]
    names = [row.label for row in left if row.system.system not in compared]
    return [f"Without a baseline of their size, so without a gain: {', '.join(names)}."] if names else []


def _controls(comparisons: list[Comparison], family: list[Comparison]) -> list[str]:
    """The fine-tuned students against the baseline that was trained on as long: secondary."""
    scene = (family[0].test_set, family[0].decoding, family[0].metric)
    found = []
    for one in comparisons:
        if one.role == "control" and (one.test_set, one.decoding, one.metric) == scene:
            found.append(f"{one.system} {interval(one)}, {one.verdict}")
    if not found:
        return []
    return [
        "Against the baseline trained on as long, which is the fair control for fine-tuned students "
        f"(secondary, uncorrected): {'; '.join(found)}."
    ]


def _runners_up(comparisons: list[Comparison]) -> list[str]:
    return [
        f"The lead of {one.system} over the next best, {one.against}: {interval(one)}, {one.verdict} "
        "(secondary: the two were picked by these very scores)."
        for one in comparisons
        if one.role == "runner-up"
    ]


def _compression(family: list[Comparison], rows: list[Row]) -> list[str]:
    """What the best student keeps of the teacher, and what it saves."""
    row = next((row for row in rows if row.system.variant == _variant(_winner(family))), None)
    teacher = next((row for row in rows if row.system.kind == "teacher"), None)
    if row is None or teacher is None or row.share is None:
        return []
    mine, large = (next(iter(one.scores.values()))["parameters"] for one in (row, teacher))
    kept = f"{row.label} keeps {100 * row.share:.0f} % of the teacher’s {row.metric_name}"
    text = f"{kept} with {100 * mine / large:.0f} % of its parameters"
    faster = row.speed.get((family[0].decoding, "batched"))
    return [f"{text} and decodes {faster:.1f} times as fast as the teacher with beam." if faster else f"{text}."]


def _winner(family: list[Comparison]) -> Comparison:
    return next((found for found in family if found.verdict == "better"), family[0])


def _variant(found: Comparison) -> tuple[str, float, bool | None]:
    return found.system, found.sparsity, found.retrained


def _scope(rows: list[Row], results: Results) -> str:
    """What the verdict holds for: these models, unless several seeds and teachers say more."""
    seeds = min((len(row.seeds) for row in rows if row.system.kind == "student"), default=0)
    teachers = len({system.path for system in results.systems if system.kind == "teacher"})
    given = "this teacher" if teachers == 1 else f"these {spelled(teachers)} teacher models"
    given = f"{given} and " if teachers else ""
    if seeds <= 1:
        return f"Given {given}one seed: a verdict on these models, not on the methods."
    return (
        f"Given {given}{spelled(seeds)} seeds: differences are means over seeds, paired seed with seed; the "
        "intervals cover the choice of test sentences, the spread in the table the choice of seed."
    )
