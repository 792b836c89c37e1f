"""Are translations too short? Targets against references, beam against greedy search, students against teachers."""

from collections.abc import Iterator

from seqkd.distillation.write_targets import SHORT
from seqkd.report.load import Results

LOWER = 0.05
"""BLEU by which a beam must be below greedy search: what the page would show."""
SHORTER = 0.02
"""By how much a student's length ratio must be below its teacher's."""


def remarks_on_brevity(results: Results) -> list[str]:
    """What a reader must know of lengths before the scores, each with the next step; empty where all is well."""
    return [*_targets(results), *_beams(results), *_students(results)]


def length_penalties(results: Results) -> str:
    """The length penalties of the beam searches, each with the systems that have it; empty where there are none."""
    frame = results.scores
    here = frame[(frame["test_set"] == next(iter(results.test_sets), "")) & frame["length_penalty"].notna()]
    chosen = any("/search/" in path for path in results.manifests)
    by_penalty: dict[float, list[str]] = {}
    for system in results.systems:
        for penalty in here.loc[here["path"] == system.path, "length_penalty"].unique():
            names = by_penalty.setdefault(float(penalty), [])
            names += [system.label] if system.label not in names else []
    parts = [f"{penalty:g} for {', '.join(names)}" for penalty, names in sorted(by_penalty.items())]
    if len(parts) == 1:
        parts = [f"{next(iter(by_penalty)):g} for all"]
    return "; ".join(parts) + (" (chosen for each model on dev)" if chosen else "") if parts else ""


def _targets(results: Results) -> Iterator[str]:
    for path, manifest in results.manifests.items():
        ratio = manifest.facts.get("length_ratio")
        if path.startswith("targets/") and ratio is not None and ratio < SHORT:
            _, teacher, seed, kind, _ = path.split("/")
            yield (
                f"The targets {kind} by {teacher} (seed {seed}) have {100 * (1 - ratio):.0f} % fewer subwords than the "
                "references of the same sentences, and students learn to be as brief. A greater "
                "decode.search.length_penalty (or auto) makes them longer; label smoothing of the teacher makes them "
                "shorter."
            )


def _means(results: Results, column: str) -> dict[str, dict[str, float]]:
    """Means over seeds on the first test set: of each unpruned system by decoding."""
    frame = results.scores
    here = frame[(frame["test_set"] == next(iter(results.test_sets), "")) & (frame["kind"] != "pruned")]
    means: dict[str, dict[str, float]] = {}
    for (system, decoding), values in here.groupby(["system", "decoding"], sort=False)[column]:
        means.setdefault(str(system), {})[str(decoding)] = float(values.mean())
    return means


def _beams(results: Results) -> Iterator[str]:
    bleu, lengths = _means(results, "bleu"), _means(results, "length_ratio")
    names = [
        f"{system} (BLEU {score:.1f}, greedy {scores['greedy']:.1f}; length ratio {lengths[system][beam]:.2f}, greedy "
        f"{lengths[system]['greedy']:.2f})"
        for system, scores in bleu.items()
        for beam, score in scores.items()
        if score < scores.get("greedy", score) - LOWER
    ]
    if names:
        yield (
            f"With a beam these score lower than greedily: {', '.join(names)}. Where the beam is also shorter, "
            "score.search.length_penalty: auto or a greater number helps; else translate greedily."
        )


def _students(results: Results) -> Iterator[str]:
    lengths = {
        system: means["greedy"] for system, means in _means(results, "length_ratio").items() if "greedy" in means
    }
    teachers = {system.system: system.teacher for system in results.systems if system.kind == "student"}
    names = [
        f"{student} {lengths[student]:.2f} ({teacher} {lengths[teacher]:.2f})"
        for student, teacher in teachers.items()
        if {student, teacher} <= lengths.keys() and lengths[student] < lengths[teacher] - SHORTER
    ]
    if names:
        yield (
            f"Shorter than their teacher, as shares of the references’ length, greedily: {', '.join(names)}. BLEU "
            "punishes that; see whether their targets are short too (length_ratio in results/targets/*/manifest.json)."
        )
