"""Are translations too short? Targets against references, beam against greedy search, students against teachers."""

from collections.abc import Iterator

from seqkd.analysis.results import Results, select
from seqkd.mixture.make import SHORT

LOWER = 0.05
"""BLEU by which a beam must be below greedy search: what the page would show."""
SHORTER = 0.02
"""By how much a student's length ratio must be below its teacher's."""


def remarks_on_length(results: Results) -> list[str]:
    """What a reader must know of lengths before the scores, each with the next step; empty where all is well."""
    return [*_short_targets(results), *_harmful_beams(results), *_short_students(results)]


def length_penalties(results: Results) -> str:
    """The length penalties of the beam searches, each with the systems that have it; empty where there are none."""
    frame = select(results.scores, test_set=results.primary_test_set)
    frame = frame[frame["length_penalty"].notna()]
    by_penalty: dict[float, dict[str, None]] = {}
    for model in results.models:
        for penalty in select(frame, path=model.path)["length_penalty"].unique():
            by_penalty.setdefault(float(penalty), {})[model.label] = None
    if not by_penalty:
        return ""
    clauses = [f"{penalty:g} for {', '.join(labels)}" for penalty, labels in sorted(by_penalty.items())]
    if len(by_penalty) == 1:
        clauses = [f"{next(iter(by_penalty)):g} for all"]
    chosen_on_dev = any("/search/" in path for path in results.manifests)
    return "; ".join(clauses) + (" (chosen for each model on dev)" if chosen_on_dev else "")


def _short_targets(results: Results) -> Iterator[str]:
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
    frame = select(results.scores, test_set=results.primary_test_set)
    frame = frame[frame["kind"] != "pruned"]
    means: dict[str, dict[str, float]] = {}
    for (system, decoding), values in frame.groupby(["system", "decoding"], sort=False)[column]:
        means.setdefault(str(system), {})[str(decoding)] = float(values.mean())
    return means


def _harmful_beams(results: Results) -> Iterator[str]:
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
            f"Beam search scores lower than greedy search: {', '.join(names)}. Where its outputs are also shorter, "
            "score.search.length_penalty: auto or a greater number helps; otherwise translate greedily."
        )


def _short_students(results: Results) -> Iterator[str]:
    means = _means(results, "length_ratio")
    lengths = {system: ratios["greedy"] for system, ratios in means.items() if "greedy" in ratios}
    teachers = {model.system: model.teacher for model in results.models if model.kind == "student"}
    names = [
        f"{student} {lengths[student]:.2f} ({teacher} {lengths[teacher]:.2f})"
        for student, teacher in teachers.items()
        if {student, teacher} <= lengths.keys() and lengths[student] < lengths[teacher] - SHORTER
    ]
    if names:
        yield (
            f"Shorter than their teacher’s (greedy outputs, as a share of the references’ length): {', '.join(names)}. "
            "BLEU penalises that; check whether their targets are short too (length_ratio in "
            "results/targets/*/manifest.json)."
        )
