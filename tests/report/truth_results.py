"""What the truth stage writes into an invented results folder: numbers with means that are given here."""

import random
from pathlib import Path
from typing import Any

from seqkd.utils import manifest
from seqkd.utils.files import read_lines, write_json, write_lines

SENTENCES = 60
SYSTEMS = {
    # name: KL, coverage, share inside, entropy, mass on the greedy output, share of greedy outputs inside
    "base": (0.9, 0.95, 0.93, 4.1, 0.12, 0.98),
    "baseline": (1.6, 0.90, 0.80, 4.4, 0.10, 0.90),
    "word-kd": (1.4, 0.92, 0.84, 4.3, 0.11, 0.92),
    "seq-kd": (3.2, 0.55, 0.94, 1.6, 0.45, 0.97),
}
SETTINGS = {"sources": SENTENCES, "enumerate": 100, "samples": 50, "coverage": 0.1, "seed": 1}


def config(plain: dict[str, Any]) -> dict[str, Any]:
    """The config of the invented folder, with the corpus whose true distribution is known."""
    return plain | {"corpus": {"source": "captions"}, "truth": SETTINGS}


def build(results: Path, systems: list[dict[str, Any]]) -> None:
    """Write truth.json for every unpruned system and oracle scores for every test set."""
    for system in systems:
        if system["kind"] != "pruned":
            folder = results / "truth" / system["path"]
            numbers = lines(*SYSTEMS.get(system["system"], SYSTEMS["baseline"]), random.Random(system["path"]))
            write_json(folder / "truth.json", {"system": system["system"], "truth": SETTINGS, "lines": numbers})
            manifest.write(folder / "manifest.json", {"stage": "truth"}, {}, ["truth.json"], {"sources": SENTENCES})
    for name in dict.fromkeys(name for system in systems for name in system["test_sets"]):
        _write_oracle_scores(results, name)


def lines(
    kl: float, coverage: float, inside: float, entropy: float, mass: float, greedy: float, generator: random.Random
) -> dict[str, list[Any]]:
    """Columns of ``SENTENCES`` sentences around these means."""

    def around(mean: float, spread: float = 0.1) -> list[float]:
        return [mean * (1 + spread * generator.uniform(-1, 1)) for _ in range(SENTENCES)]

    is_inside = [generator.random() < greedy for _ in range(SENTENCES)]
    shares = [min(1.0, share) for share in around(inside)]
    return {
        "line": list(range(SENTENCES)),
        "translations": [80 if index % 3 else 800 for index in range(SENTENCES)],
        "enumerated": [bool(index % 3) for index in range(SENTENCES)],
        "entropy": around(4.0, 0.0),
        "mode_prob": around(0.14, 0.0),
        "mode_mass": around(mass * 0.8),
        "kl": around(kl),
        "kl_error": around(0.05),
        "coverage": [min(1.0, share) for share in around(coverage)],
        "inside": shares,
        "excess": [0.4 * share for share in shares],
        "canonical": [0.98] * SENTENCES,
        "model_entropy": around(entropy),
        "greedy_mass": [None if index == 5 else value for index, value in enumerate(around(mass))],
        "greedy_prob": [0.1 * inside for inside in is_inside],
        "greedy_rank": [generator.choice([1, 2]) if inside else None for inside in is_inside],
        "beam_prob": [0.1 * inside for inside in is_inside],
        "beam_rank": [1 if inside else None for inside in is_inside],
    }


def _write_oracle_scores(results: Path, test_set: str) -> None:
    references = read_lines(results / "test_sets" / test_set / "test.tgt")
    texts = {"mode": references, "sample": [references[-1], *references[1:]]}
    folder = results / "oracle_scores" / test_set
    for name, lines in texts.items():
        write_lines(folder / f"{name}.txt", lines)
    content = {"sentences": len(references), "bleu_signature": "nrefs:1|tok:13a|", "bleu_of_mode": 100.0}
    content |= {"bleu_of_sample": 99.0, "entropy": 4.0, "translations": 560.0, "mode_prob": 0.14}
    write_json(folder / "oracle_scores.json", content)
