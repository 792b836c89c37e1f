"""An invented results folder, so that the page can be looked at without training anything.

    python tests/report/example_results.py FOLDER     builds FOLDER and renders FOLDER/report.html

All text comes from the word lists below, all scores from sacrebleu on it; speeds, perplexities and curves are made up.
"""

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from seqkd.analysis.settings import ReportSettings
from seqkd.report.make import make_report
from seqkd.utils import manifest
from seqkd.utils.files import write_json, write_lines, write_text

SUBJECTS = {"der alte König": "the old king", "die Frau am Fluss": "the woman by the river", "ein Bote": "a messenger"}
VERBS = {"sandte": "sent", "brachte": "brought", "zeigte": "showed", "gab": "gave", "versprach": "promised"}
OBJECTS = {"einen langen Brief": "a long letter", "sieben Körbe Brot": "seven baskets of bread", "ein Pferd": "a horse"}
PLACES = {"den Leuten im Tal": "to the people in the valley", "seinem jüngsten Bruder": "to his youngest brother"}
TIMES = {"vor dem Morgen": "before morning", "nach drei Tagen": "after three days", "am Abend": "in the evening"}

SYSTEMS = [
    # name, kind, model, targets, loss, start, noise of the translations
    ("base", "teacher", "large", "", {}, None, 0.16),
    ("baseline", "student", "small", "gold", {"nll": 1.0}, None, 0.26),
    ("baseline-longer", "student", "small", "gold", {"nll": 1.0}, "baseline", 0.25),
    ("word-kd", "student", "small", "gold", {"nll": 0.5, "word-kd": 0.5}, None, 0.245),
    ("seq-kd", "student", "small", "seq-kd", {"nll": 1.0}, None, 0.20),
    ("seq-kd+word-kd", "student", "small", "seq-kd", {"nll": 0.5, "word-kd": 0.5}, None, 0.205),
    ("seq-inter", "student", "small", "seq-inter", {"nll": 1.0}, "seq-kd", 0.185),
]
PARAMETERS = {"large": 3_312_640, "small": 1_204_480}
SPARSITIES = {0.5: (0.24, 0.20), 0.6: (0.3, 0.205), 0.7: (0.42, 0.21), 0.8: (0.6, 0.24), 0.9: (0.9, 0.34)}


def build(results: Path, seeds: int = 1, sentences: int = 240, only: list[str] | None = None) -> list[dict[str, Any]]:
    """Write the folder and give the list of systems that the workflow would hand to ``make_report``."""
    generator = random.Random(7)
    for test_set, count in (("ordinary", sentences), ("long", sentences // 2)):
        write_test_set(results, test_set, generator, count)
    chosen = [system for system in SYSTEMS if only is None or system[0] in only]
    descriptions = [model for system in chosen for model in _models(system, seeds)]
    if only is None or "seq-kd" in only:
        descriptions += [model for seed in range(1, seeds + 1) for model in _pruned(seed)]
    for model in descriptions:
        _write_model(results, model, random.Random(f"{model['path']}"))
    _write_stages(results, sentences)
    _write_benchmarks(results)
    return [{key: value for key, value in model.items() if key != "noise"} for model in descriptions]


def config() -> dict[str, Any]:
    """A config that fits the folder."""
    return {
        "title": "Invented verses, German to English",
        "seeds": [1],
        "corpus": {"source": "invented", "target_language": "en"},
        "models": {"large": {"dim": 192, "encoder_layers": 3}, "small": {"dim": 128, "encoder_layers": 2}},
        "students": {name: {"model": model, "targets": targets} for name, _, model, targets, *_ in SYSTEMS[1:]},
        "report": {"examples": 3},
    }


def _models(system: tuple[Any, ...], seeds: int) -> list[dict[str, Any]]:
    name, kind, model, targets, loss, start, noise = system
    has_teacher = targets not in ("", "gold") or "word-kd" in loss
    common = {"system": name, "kind": kind, "model": model, "targets": targets, "loss": loss, "init_from": start}
    common |= {"teacher": "base" if has_teacher else "", "sparsity": 0.0, "retrained": None}
    common |= {"test_sets": ["ordinary", "long"], "noise": noise}
    numbers = range(1, 2 if kind == "teacher" else seeds + 1)
    return [common | {"seed": seed, "path": f"{kind}s/{name}/{seed}"} for seed in numbers]


def _pruned(seed: int) -> list[dict[str, Any]]:
    common = {
        "system": "seq-kd",
        "kind": "pruned",
        "teacher": "base",
        "model": "small",
        "seed": seed,
        "init_from": None,
    }
    common |= {"targets": "seq-kd", "loss": {"nll": 1.0}, "test_sets": ["ordinary"]}
    models = []
    for sparsity, noises in SPARSITIES.items():
        for retrained, noise in zip((False, True), noises, strict=True):
            place = f"pruned/seq-kd/{sparsity}/{seed}/{'after' if retrained else 'before'}"
            models.append(common | {"sparsity": sparsity, "retrained": retrained, "path": place, "noise": noise})
    return models


def write_test_set(results: Path, name: str, generator: random.Random, count: int) -> None:
    pairs = [_pair(generator, longer=name == "long") for _ in range(count)]
    folder = results / "test_sets" / name
    write_lines(folder / "test.src", [source for source, _ in pairs])
    write_lines(folder / "test.tgt", [target for _, target in pairs])
    write_lines(folder / "test.groups", [f"chapter {index // 6}" for index in range(count)])
    manifest.write(folder / "manifest.json", {"stage": "test_set"}, {}, ["test.src", "test.tgt"], {"sentences": count})


def _pair(generator: random.Random, longer: bool) -> tuple[str, str]:
    order = [TIMES, SUBJECTS, VERBS, OBJECTS, PLACES] + ([SUBJECTS, VERBS, OBJECTS] if longer else [])
    chosen = [generator.choice(list(phrases.items())) for phrases in order]
    if longer:
        chosen.insert(5, ("und", "and"))
    source, target = (" ".join(words) + "." for words in zip(*chosen, strict=True))
    return source[0].upper() + source[1:], target[0].upper() + target[1:]


def _noisy(sentence: str, noise: float, generator: random.Random) -> str:
    words, result = sentence.split(), []
    for word in words:
        chance = generator.random()
        if chance < noise * 0.5:
            result.append(generator.choice(["the", "and", "a", "of", "house", "went", "to"]))
        elif chance > noise:
            result.append(word)
    return " ".join(result)


def _write_model(results: Path, system: dict[str, Any], generator: random.Random) -> None:
    for test_set in system["test_sets"]:
        write_scores(results, system, test_set, generator)
    if system["kind"] != "pruned" or (system["sparsity"] == 0.9 and system["retrained"]):
        write_speed(results, system, generator)
    _write_training(results, system, generator)


def write_scores(results: Path, system: dict[str, Any], test_set: str, generator: random.Random) -> None:
    references = (results / "test_sets" / test_set / "test.tgt").read_text().splitlines()
    folder = results / "scores" / system["path"] / test_set
    measurements = []
    for decoding in ("greedy", "beam-5"):
        noise = system["noise"] * (1.0 if decoding == "greedy" else 0.93)
        outputs = [_noisy(reference, noise, generator) for reference in references]
        write_lines(results / "translations" / system["path"] / test_set / f"{decoding}.txt", outputs)
        measurements.append(_measurement(system, decoding, outputs, references))
    keys = {key: system[key] for key in ("system", "teacher", "model", "seed", "sparsity", "retrained")}
    write_json(folder / "scores.json", keys | {"test_set": test_set, "measurements": measurements})


def _measurement(system: dict[str, Any], decoding: str, outputs: list[str], references: list[str]) -> dict[str, Any]:
    bleu, chrf = BLEU(), CHRF()
    size = PARAMETERS[system["model"]]
    greedy, noise = decoding == "greedy", system["noise"]
    return {
        "decoding": decoding,
        "sentences": len(outputs),
        "bleu": bleu.corpus_score(outputs, [references]).score,
        "bleu_signature": bleu.get_signature().format(),
        "chrf": chrf.corpus_score(outputs, [references]).score,
        "chrf_signature": chrf.get_signature().format(),
        "length_ratio": sum(map(len, outputs)) / sum(map(len, references)),
        "gold_ppl": 4.1 + 60 * noise**2 * (2.4 if system["targets"] == "seq-kd" else 1),
        "gold_ppl_char": 1.3 + noise / 3,
        "mode_mass": 0.004 / noise if greedy else None,
        "mode_mass_median": 0.0006 / noise if greedy else None,
        "truncated": int(noise > 0.5) * 14,
        "empty": int(noise > 0.8) * 3,
        "top1_agreement": 1 - noise,
        "parameters": size,
        "nonzero_parameters": round(size * (1 - system["sparsity"])),
        "bytes": size * 4 + 2048,
        "overlap": 2,
        **_against_teacher(system, noise),
        "bleu_without_overlap": 30.0,
    }


def _against_teacher(system: dict[str, Any], noise: float) -> dict[str, float]:
    """Measurements that compare a student with its teacher."""
    if system["kind"] == "teacher":
        return {"teacher_dist": 31.5}
    if system["kind"] == "pruned":
        return {}
    distances = {"top5_edit_distance": noise, "top5_rank_distance": 2 * noise}
    return {"ta_rate": 1 - noise, "likelihood_risk": 1 + noise, "coverage_risk": 2 + noise, **distances}


def write_speed(results: Path, system: dict[str, Any], generator: random.Random) -> None:
    teacher_speeds = {"batched": 510.0, "single": 96.0}
    small = 1.0 if system["model"] == "large" else 2.6
    measurements = []
    for decoding, faster in (("greedy", 3.9), ("beam-5", 1.0)):
        for batching, teacher_speed in teacher_speeds.items():
            ratio = small * (faster if batching == "batched" else 1 + faster / 5) * generator.uniform(0.95, 1.05)
            words = teacher_speed * ratio
            measurements.append(
                {"decoding": decoding, "batching": batching, "words_per_second": words, "repeats": 5}
                | {"words_per_second_min": words * 0.96, "words_per_second_max": words * 1.03, "sentences": 200}
                | {"teacher_words_per_second": teacher_speed, "ratio_to_teacher": ratio}
            )
    keys = {key: system[key] for key in ("system", "teacher", "model", "seed", "sparsity", "retrained")}
    machine = {"threads": 1, "load_average": round(generator.uniform(0.9, 1.4), 2), "cpu": "Example CPU 2.5 GHz"}
    size = {"parameters": PARAMETERS[system["model"]], "nonzero_parameters": PARAMETERS[system["model"]]}
    extra = {"test_set": "ordinary", "peak_memory_bytes": 410_000_000, "bytes": size["parameters"] * 4}
    write_json(
        results / "speed" / system["path"] / "speed.json",
        keys | extra | {"measurements": measurements} | machine | size,
    )


def _write_training(results: Path, system: dict[str, Any], generator: random.Random) -> None:
    folder = results / system["path"]
    lines = []
    for update in range(20, 2001, 20):
        loss = 1.2 + 6 * math.exp(-update / 300) + system["noise"] + generator.gauss(0, 0.05)
        lines.append({"update": update, "epoch": update // 400, "tokens": update * 4000, "loss": loss})
        if update % 500 == 0:
            bleu = (1 - math.exp(-update / 700)) * 40 * (1 - system["noise"])
            lines.append({"update": update, "dev_bleu": bleu, "dev_length_ratio": 1.0, "best": True})
    write_text(folder / "metrics.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write_text(folder / "model.safetensors", f"weights of {system['path']}")
    facts: dict[str, Any] = {"updates": 2000, "best_update": 2000}
    if system["kind"] == "pruned":
        spread = {"embedding.weight": 0.9, "encoder.0.ffn_dim.weight": 1.05, "decoder.0.norm.bias": 1.1}
        facts |= {"sparsity_of_tensors": {name: min(1.0, system["sparsity"] * by) for name, by in spread.items()}}
    if system["kind"] == "teacher":
        facts |= {"train_bleu": 61.8, "dev_bleu": 41.2}
    manifest.write(folder / "manifest.json", {"stage": "train", "settings": {}}, {}, ["model.safetensors"], facts)


def _write_stages(results: Path, sentences: int) -> None:
    about = {
        "title": "Invented verses",
        "description": "Sentences put together from short word lists, for this example.",
    }
    about |= {"caveat": "BLEU on such text says nothing about translation in general."}
    counts = {"train": {"pairs": 14_300, "groups": 1004, "src_words": 17.03, "tgt_words": 18.2}}
    counts |= {"dev": {"pairs": 500, "groups": 36}, "taken": {"empty": 3, "over_max_words": 512, "duplicate": 180}}
    for folder, facts in (
        ("corpus", about | dict(counts)),
        ("tokenizer", {"pieces": 4000, "shared": True}),
        ("targets/base/1/seq-kd", {"sentences": 14_300, "empty": 2, "truncated": 41, "copied": 7, "bleu": 58.1}),
        ("targets/base/1/seq-inter", {"sentences": 7_150, "changed": 4_911, "mean_sentence_bleu_of_chosen": 68.3}),
    ):
        write_text(results / folder / "facts.txt", f"{folder} {sentences}\n")
        manifest.write(results / folder / "manifest.json", {"stage": folder}, {}, ["facts.txt"], facts)


def _write_benchmarks(results: Path) -> None:
    header = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    for rule, name, seconds in (
        ("corpus", "corpus", 4.2), ("train_teacher", "base/1", 511.0), ("train_student", "baseline/1", 203.5),
        ("train_student", "seq-kd/1", 199.0), ("decode", "base/1/00000", 88.1), ("score", "base", 12.0),
    ):  # fmt: skip
        row = f"{seconds}\t0:00:00\t{400 + seconds:.2f}\t-\t-\t-\t0.0\t0.0\t98.0\t{seconds}\n"
        write_text(results / "benchmarks" / rule / f"{name}.tsv", header + row)


def main() -> None:
    """Build and render into the folder named on the command line."""
    results = Path(sys.argv[1])
    systems = build(results, seeds=int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    make_report(ReportSettings(examples=3), config(), results, systems)


if __name__ == "__main__":
    main()
