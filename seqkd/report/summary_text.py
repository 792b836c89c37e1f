"""The verdict in plain words, made from the comparisons: which way won, by how much, and is it more than noise."""

from functools import partial

from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.results import Results
from seqkd.analysis.number_format import percent, ratio, signed, telling_digits
from seqkd.analysis.pairings import controls
from seqkd.report.tables import Row
from seqkd.analysis.minimums import MINIMUM

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def spelled(count: int) -> str:
    """Small numbers in letters."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def interval(found: Comparison) -> str:
    """``+1.2 BLEU (+0.3 to +2.1)``, with as many decimals as no sign is lost by; without interval the first part."""
    shown = partial(signed, digits=telling_digits((found.difference, found.low, found.high)))
    told = f"{shown(found.difference)} {found.metric_name}"
    return f"{told} ({shown(found.low)} to {shown(found.high)})" if found.plain.is_known else told


def named(found: Comparison) -> str:
    """``seq-kd (+1.2)``."""
    return f"{found.system} ({signed(found.difference, telling_digits([found.difference]))})"


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
    if not any(found.plain.is_known for found in family):
        return (
            f"No verdict: {best.test_set} has too little text for one. The highest student is {best.system}, at "
            f"{interval(best)} over {best.against}, which may be chance."
        )
    if not won:
        return (
            f"No student is shown to be better than the same-size baseline. The highest is {best.system}, at "
            f"{interval(best)}."
        )
    control = {models[0].system for models in controls([row.system for row in rows]).values()}
    aside = ", though it is a longer-trained baseline and no distillation" if won[0].system in control else ""
    others = [named(found) for found in won[1:]]
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
    told = [
        _method(family, confidence),
        *_by_verdict(family),
        *_controls(comparisons, family),
        *_runners_up(comparisons),
        *_compression(family, rows),
        _scope(family, results),
    ]
    return [sentence for sentence in told if sentence]


def _method(family: list[Comparison], confidence: float) -> str:
    first = family[0]
    tests = f"Holm’s correction over {spelled(len(family))} comparisons" if len(family) > 1 else "a single comparison"
    how = f", with {100 * confidence:g} % intervals of the paired bootstrap over {units(first)} and {tests}"
    return (
        f"This is the comparison named in advance: {first.decoding} {first.metric_name} on {first.test_set}, each "
        f"student against the same-size baseline{how if first.plain.is_known else ''}."
    )


def units(found: Comparison) -> str:
    """``its 1500 sentences``, ``its 30 documents``."""
    return f"its {found.units} {found.resampled if found.units != 1 else found.resampled.removesuffix('s')}"


def _by_verdict(family: list[Comparison]) -> list[str]:
    phrases = {
        "Worse than the baseline": [one for one in family if one.verdict == "worse"],
        "Not shown to differ from the baseline": [
            one for one in family if one.verdict == "not shown" and one.plain.is_known
        ],
        "Without a verdict, since there is no interval": [one for one in family if not one.plain.is_known],
    }
    return [f"{phrase}: {', '.join(map(named, those))}." for phrase, those in phrases.items() if those]


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
    text = (
        f"{row.label} keeps {percent(row.share)} of the teacher’s {row.metric_name} with {percent(mine / large)} of "
        "its parameters"
    )
    faster = row.speed.get((family[0].decoding, "batched"))
    return [f"{text} and decodes {ratio(faster)} times as fast as the teacher with beam." if faster else f"{text}."]


def _winner(family: list[Comparison]) -> Comparison:
    return next((found for found in family if found.verdict == "better"), family[0])


def _variant(found: Comparison) -> tuple[str, float, bool | None]:
    return found.system, found.sparsity, found.retrained


def _scope(family: list[Comparison], results: Results) -> str:
    """What the verdicts hold for: these models, unless there are seeds enough to say more."""
    teachers = len({system.path for system in results.systems if system.kind == "teacher"})
    given = ["this teacher" if teachers == 1 else f"these {spelled(teachers)} teacher models"] if teachers else []
    counts = {len(seeds.split()) for found in family for seeds in (found.seeds, found.against_seeds)}
    given += [f"{spelled(count)} seed{'s' if count > 1 else ''}" for count in counts if len(counts) == 1]
    start = f"Given {' and '.join(given)}: " if given else ""
    models = [found for found in family if found.scope == "models"]
    if not any(found.plain.is_known for found in family):
        return f"{start}differences are means over seeds." if counts != {1} else ""
    if not models:
        return (
            f"{start}differences are means over seeds, and the intervals cover both the choice of the test text and "
            "that of the seeds. The verdicts are on the methods as they are set here, on text like this."
        )
    if counts == {1}:
        return f"{start}a verdict on these models, not on the methods."
    whom = "" if models == family else f"of {', '.join(found.system for found in models)} "
    return (
        f"{start}differences are means over seeds. With fewer than {spelled(MINIMUM['seeds'])} seeds on a side the "
        f"intervals {whom}cover the choice of the test text alone: a verdict on these models, not on the methods."
    )


def unpaired(comparisons: list[Comparison]) -> list[str]:
    """Which primary comparisons are of unequal seeds."""
    return [
        f"{found.system} has other seeds ({_listed(found.seeds)}) than {found.against} "
        f"({_listed(found.against_seeds)}): the difference is that of the means over all seeds of each, without "
        "pairing."
        for found in primary(comparisons)
        if not found.is_paired
    ]


def _listed(seeds: str) -> str:
    return ", ".join(seeds.split())
