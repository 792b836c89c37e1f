"""The table of the papers' statements on made-up runs whose answers are known."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import example_results
import pytest
import truth_results

from seqkd.__main__ import main
from seqkd.analysis.hypothesis import Outcome
from seqkd.analysis.papers import table
from seqkd.analysis.results import load
from seqkd.analysis.settings import ReportSettings
from seqkd.config import load as read_config
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.utils import manifest

ROOT = Path(__file__).parents[3]
Description = dict[str, Any]

BOTH = {"nll": 0.5, "word-kd": 0.5}
PRE = {"nll": 0.2, "word-kd": 0.8, "hidden-states": {"weight": 3.0}}
RUN: list[tuple[str, str, str, dict[str, Any], str | None, float]] = [
    # name, model, targets, loss, start, noise of the translations: the more, the worse
    ("baseline", "small", "gold", {"nll": 1.0}, None, 0.34),
    ("baseline-longer", "small", "gold", {"nll": 1.0}, "baseline", 0.33),
    ("word-kd", "small", "gold", BOTH, None, 0.30),
    ("seq-kd", "small", "seq-kd", {"nll": 1.0}, None, 0.18),
    ("both", "small", "seq-kd", BOTH, None, 0.12),
    ("seq-inter", "small", "seq-inter", {"nll": 1.0}, "seq-kd", 0.10),
    ("teacher+seq-inter", "large", "seq-inter", {"nll": 1.0}, "base", 0.28),
    ("top1", "small", "gold", {"nll": 0.5, "top1-kd": 0.5}, None, 0.30),
    ("top5", "small", "gold", {"nll": 0.5, "topk-kd": {"weight": 0.5, "k": 5}}, None, 0.10),
    ("no-top1", "small", "gold", {"nll": 0.5, "no-top1-kd": 0.5}, None, 0.20),
    ("tie-kd", "small", "gold", {"nll": 0.5, "tie-kd": {"weight": 0.5, "iterations": 3}}, None, 0.20),
    ("ranking", "small", "gold", {"nll": 0.5, "tie-kd": {"weight": 0.5, "iterations": 1}}, None, 0.24),
    ("seq-kd+tie-kd", "small", "seq-kd", {"nll": 0.5, "tie-kd": {"weight": 0.5}}, None, 0.08),
    ("few", "shallow", "gold", {"nll": 1.0}, None, 0.40),
    ("pre", "shallow", "gold", PRE, "base", 0.28),
    ("f-seq-kd", "shallow", "seq-kd", {"nll": 1.0}, "pre", 0.24),
    ("kl", "shallow", "samples", {"kl": 1.0}, "pre", 0.18),
    ("rkl", "shallow", "gold", {"rkl": 1.0}, "pre", 0.22),
    ("js", "shallow", "samples", {"js": 1.0}, "pre", 0.08),
    ("tvd", "shallow", "samples", {"tvd": 1.0}, "pre", 0.10),
    ("engine", "shallow", "gold", {"engine": 1.0}, "pre", 0.45),
]
EXPECTED = {
    "K2": "confirmed",
    "K3": "not shown",
    "K4": "contradicted",
    "K5": "contradicted",
    "K6": "not shown",  # only two seeds
    "K8": "confirmed",
    "K9": "contradicted",
    "K10": "not tested",
    "K11": "not tested",
    "T1": "contradicted",
    "T2": "contradicted",
    "T3": "confirmed",
    "T5": "confirmed",
    "T6": "confirmed",
    "T7": "not tested",
    "T8": "confirmed",
    "F1": "confirmed",
    "F2": "confirmed",
    "F3": "confirmed",
    "F5": "confirmed",
    "F6": "not tested",
    "F7": "confirmed",
}
SETTINGS = ReportSettings()


def describe(name: str, model: str, targets: str, loss: dict[str, Any], start: str | None, noise: float) -> Description:
    has_teacher = targets != "gold" or start is not None or set(loss) != {"nll"}
    return {
        "system": name, "kind": "student", "teacher": "base" if has_teacher else "", "model": model, "targets": targets,
        "loss": loss, "init_from": start, "sparsity": 0.0, "retrained": None, "noise": noise, "test_sets": ["ordinary"],
    }  # fmt: skip


def build(results: Path, run: list[Description], seeds: int = 2, sentences: int = 240) -> list[Description]:
    """A results folder with a teacher and these students, each with some seeds."""
    teacher = describe("base", "large", "gold", {"nll": 1.0}, None, 0.16) | {"kind": "teacher", "teacher": ""}
    systems = [teacher | {"seed": 1, "path": "teachers/base/1"}]
    for model in run:
        for seed in range(1, seeds + 1):
            folder = f"{model['kind']}s/{model['system']}/{model['sparsity']}/{model['retrained']}/{seed}"
            systems.append(model | {"seed": seed, "path": folder})
    return write(results, systems, sentences)


def write(results: Path, systems: list[Description], sentences: int) -> list[Description]:
    """Write the scores of all these, and the speed of those of the first seed."""
    example_results.write_test_set(results, "ordinary", random.Random(7), sentences)
    for system in systems:
        example_results.write_scores(results, system, "ordinary", random.Random(system["path"]))
        if system["seed"] == 1:
            example_results.write_speed(results, system, random.Random(1))
    return [{key: value for key, value in system.items() if key != "noise"} for system in systems]


@pytest.fixture(scope="module", autouse=True)
def sizes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(example_results.PARAMETERS, "shallow", 400_000)
        patched.setitem(example_results.PARAMETERS, "tiny", 400_000)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run: with the manifest of its report, which lists the systems."""
    results = tmp_path_factory.mktemp("claims") / "results"
    systems = build(results, [describe(*row) for row in RUN])
    settings = {"systems": systems, "config": {}, "report": SETTINGS.canonical()}
    manifest.write(results / "report/manifest.json", {"stage": "report", "settings": settings}, {}, [], {})
    return results


def decide(results: Path, systems: list[Description]) -> dict[str, Outcome]:
    by_paper = table.decide(load(results, systems), SETTINGS)
    return {outcome.hypothesis.key: outcome for outcomes in by_paper.values() for outcome in outcomes}


def test_every_statement_has_a_row_with_the_verdict_that_was_made_up(finished: Path) -> None:
    text = table.write_claims(finished)
    with (finished / "claims.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["claim"]: row for row in csv.DictReader(handle)}
    keys = [f"K{n}" for n in range(1, 14)] + [f"T{n}" for n in range(1, 9)] + [f"F{n}" for n in range(1, 8)]
    assert list(rows) == keys
    assert {key: rows[key]["verdict"] for key in EXPECTED} == EXPECTED
    for key in keys:
        assert f"| {key} | {rows[key]['statement']} |" in text
    assert text == (finished / "claims.md").read_text(encoding="utf-8")


def test_a_sentence_has_the_difference_its_interval_and_each_seed(finished: Path) -> None:
    systems = manifest.read(finished / "report/manifest.json").provenance["settings"]["systems"]
    results = load(finished, systems)
    (sentence,) = decide(finished, systems)["K2"].sentences
    frame = results.scores[results.scores["decoding"] == "greedy"]
    means = frame.groupby("system")["bleu"].mean()
    bleu = frame.set_index(["system", "seed"])["bleu"]
    expected = [bleu["seq-kd", seed] - bleu["word-kd", seed] for seed in (1, 2)]
    assert sentence.startswith(f"seq-kd less word-kd, greedy, BLEU: +{means['seq-kd'] - means['word-kd']:.2f} (")
    assert f"seeds {', '.join(f'{difference:+.2f}' for difference in expected)}) [confirmed]" in sentence


def test_what_is_missing_is_named(finished: Path) -> None:
    systems = manifest.read(finished / "report/manifest.json").provenance["settings"]["systems"]
    without_students = [model for model in systems if model["system"] in ("base", "baseline")]
    outcomes = decide(finished, without_students)
    assert {outcome.verdict for key, outcome in outcomes.items() if key not in ("T3", "T4")} == {"not tested"}
    assert outcomes["T3"].verdict == "confirmed"
    assert outcomes["K1"].sentences == ["no student learns by nll + word-kd on gold from scratch (size small)."]
    assert outcomes["F1"].sentences == [
        "no student is pre-distilled: none learns by word-kd and is the start of an f-DISTILL student."
    ]


def test_pruned_students_and_a_second_size(tmp_path: Path) -> None:
    run = [describe(*row) for row in RUN if row[0] in ("baseline", "word-kd", "seq-kd", "both")]
    tiny = [
        model | {"model": "tiny", "system": f"tiny-{model['system']}", "noise": model["noise"] + 0.1} for model in run
    ]
    run += [model | {"noise": 0.12} if model["system"] == "tiny-both" else model for model in tiny]
    for name, cost in (("seq-kd", 0.0), ("baseline", 0.3)):
        (unpruned,) = [model for model in run if model["system"] == name]
        for sparsity, noise in ((0.5, 0.0), (0.8, cost), (0.9, 0.3)):
            for retrained in (False, True):
                change = {"kind": "pruned", "sparsity": sparsity, "retrained": retrained}
                run.append(unpruned | change | {"noise": unpruned["noise"] + (noise if retrained else 0.5)})
    outcomes = decide(tmp_path, build(tmp_path, run, sentences=600))
    assert outcomes["K10"].verdict == "confirmed", outcomes["K10"].sentences
    assert (
        outcomes["K11"].verdict in ("confirmed", "not shown") and "less seq-kd, beam-5" in outcomes["K11"].sentences[0]
    )
    assert outcomes["K12"].verdict == "contradicted"
    assert outcomes["K13"].verdict == "contradicted"
    assert len(outcomes["K12"].sentences) == 2 * 3 + 2


def test_where_the_true_distribution_is_known_the_divergences_are_reported(tmp_path: Path) -> None:
    run = [describe(*row) for row in RUN if row[1] == "shallow"] + [describe(*RUN[0])]
    systems = build(tmp_path, run, seeds=1)
    truth_results.build(tmp_path, systems)
    sentences = decide(tmp_path, systems)["F3"].sentences
    divergences = ("KL(truth ‖ model) of kl", "KL(model ‖ truth) inside of rkl", "KL(truth ‖ model) of js")
    assert all(any(sentence.startswith(words) for sentence in sentences) for words in divergences)
    assert any(sentence.startswith("entropy of engine") for sentence in decide(tmp_path, systems)["F7"].sentences)


K = [f"K{n}" for n in range(1, 14)]
T = [f"T{n}" for n in range(1, 9)]
F = [f"F{n}" for n in range(1, 8)]


@pytest.mark.parametrize(
    ("config", "untested"),
    [
        ("captions-claims", {"F6"}),
        ("bible-full", {"K10", "T7", "F6"}),
        ("kim-rush-2016", {"K13", *T, *F} - {"T3"}),
        ("tie-kd-2023", {*K[7:], "T7", *F}),
        ("f-distill-2023", {*K, *T, "F6"} - {"T3"}),
    ],
)
def test_configs_have_the_systems_that_their_papers_statements_speak_of(
    config: str, untested: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(read_config(ROOT / f"configs/{config}.yaml"), Code(ROOT), lambda paths: {})
    rows = [row | {"noise": 0.2, "test_sets": ["ordinary"]} for row in plan.scored if row["seed"] == 1]
    for name in {row["model"] for row in rows}:
        monkeypatch.setitem(example_results.PARAMETERS, name, 400_000)
    outcomes = decide(tmp_path, write(tmp_path, rows, 60))
    assert {key for key, outcome in outcomes.items() if outcome.verdict == "not tested"} == untested


def change_run(**changes: dict[str, Any]) -> list[Description]:
    """The made-up students, some of them changed."""
    return [describe(*row) | changes.get(row[0].replace("-", "_"), {}) for row in RUN]


def test_systems_are_recognised_by_recipes_and_not_by_their_order(tmp_path: Path) -> None:
    """`kl` with likelihood is Word-KD; on references it is no f-DISTILL; other sizes and targets are other rows."""
    tiny = describe("tiny-top5", "tiny", "gold", {"nll": 0.5, "topk-kd": {"weight": 0.5, "k": 5}}, None, 0.9)
    run = [tiny, *change_run(word_kd={"loss": {"nll": 0.5, "kl": 0.5}}, js={"targets": "gold"})]
    outcomes = decide(tmp_path, build(tmp_path, run))
    assert outcomes["K2"].verdict == "confirmed" and outcomes["T5"].verdict == "confirmed"
    assert outcomes["F5"].sentences == ["no student learns by js on samples from pre."]
    assert [sentence.split(" less ")[0] for sentence in outcomes["T2"].sentences] == ["top5", "word-kd"]


def test_a_control_is_reported_where_there_is_one(tmp_path: Path) -> None:
    longer = describe("seq-kd-longer", "small", "seq-kd", {"nll": 1.0}, "seq-kd", 0.16)
    outcomes = decide(tmp_path, build(tmp_path, [*change_run(), longer]))
    assert outcomes["K8"].sentences[-1].startswith("seq-inter less seq-kd-longer, beam-5, BLEU: +")
    assert len(outcomes["F5"].sentences) == 5, "no control, no sentence"


def test_students_of_unequal_seeds_are_compared_by_the_means_over_all(tmp_path: Path) -> None:
    systems = build(tmp_path, change_run(), seeds=3)
    unequal = [model for model in systems if (model["system"], model["seed"]) not in (("seq-kd", 2), ("baseline", 1))]
    outcomes = decide(tmp_path, unequal)
    frame = load(tmp_path, unequal).scores
    means = frame[frame["decoding"] == "greedy"].groupby("system")["bleu"].mean()
    assert (
        outcomes["K2"]
        .sentences[0]
        .startswith(f"seq-kd less word-kd, greedy, BLEU: +{means['seq-kd'] - means['word-kd']:.2f} (")
    )
    assert "means of unequal seeds" in outcomes["K2"].sentences[0]
    assert outcomes["K6"].sentences[2].endswith("(means of unequal seeds) [not shown]"), "a ratio of means, no interval"


def test_the_command_writes_the_table_or_says_what_is_missing(finished: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["claims", str(finished)]) == 0
    assert "| K1 |" in capsys.readouterr().out
    assert main(["claims", str(tmp_path)]) == 1
    assert "no finished run" in capsys.readouterr().err
