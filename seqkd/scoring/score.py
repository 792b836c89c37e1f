"""Quality of one model on one test set, from its translations: a row for each decoding. Nothing is decoded here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkd.scoring import diagnostics
from seqkd.scoring.metrics import ALWAYS, load
from seqkd.scoring.sentences import read_sides
from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write, read_lines, write_json

NO_MODE = {"mode_mass": None, "mode_mass_median": None}

Statistics = NDArray[Any]


def score_translations(
    *,
    system: dict[str, Any],
    metrics: list[str],
    bleu_tokenize: str,
    translations: Path,
    teacher_agreement: Path | None,
    test_set: Path,
    corpus: Path,
    folder: Path,
) -> dict[str, Any]:
    """Write scores.json to ``folder``, and for each metric beyond BLEU and chrF the statistics of all sentences.

    Args:
        system: the columns that identify the system; they are copied to scores.json.
        translations: folder that ``translate_test_set`` has written.
        teacher_agreement: folder with what is measured next to its teacher; None if nothing is.
        test_set: folder with test.src and test.tgt; corpus: folder with train.src and train.tgt.

    Returns:
        Counts for the manifest.

    Raises:
        UserError: translations and references differ in number.
    """
    facts = json.loads((translations / "translations.json").read_text(encoding="utf-8"))
    sources, references = read_sides(test_set)
    overlapping = overlap(corpus, sources, references)
    of_model = facts["model"] | {"overlap": len(overlapping)} | diagnostics.gold(facts["references"], references)
    if teacher_agreement is not None:
        of_model |= json.loads((teacher_agreement / "teacher_agreement.json").read_text(encoding="utf-8"))
    measurements = []
    for decoding, outputs in facts["decodings"].items():
        texts = read_translations(translations / f"{decoding}.txt", len(references))
        statistics = {name: score_sentences(name, texts, references, sources, bleu_tokenize) for name in metrics}
        for name in metrics[len(ALWAYS) :]:
            save(folder / f"{decoding}.{name}.npy", statistics[name])
        quality = measure(statistics, overlapping, bleu_tokenize)
        penalty = {"length_penalty": outputs["length_penalty"]}
        measurements.append({"decoding": decoding} | quality | of_model | penalty | describe(decoding, outputs, texts))
    write_json(folder / "scores.json", system | {"measurements": measurements})
    return {"sentences": len(references)}


def read_translations(file: Path, count: int) -> list[str]:
    """The translations in a file.

    Raises:
        UserError: there are not ``count`` of them.
    """
    texts = read_lines(file)
    if len(texts) != count:
        raise UserError(f"{file}: {len(texts)} lines for {count} references. Delete {file.parent} and run again.")
    return texts


def score_sentences(
    name: str, texts: list[str], references: list[str], sources: list[str], bleu_tokenize: str
) -> Statistics:
    """A metric's statistics of each sentence."""
    metric = load(name)
    return metric.score_sentences(texts, references, sources if metric.NEEDS_SOURCES else [], bleu_tokenize)


def measure(statistics: dict[str, Statistics], overlapping: set[int], bleu_tokenize: str) -> dict[str, Any]:
    """Scores with their signatures, and length ratio; BLEU also without the ``overlapping`` sentences.

    Args:
        statistics: of each metric, [sentences, statistics].
    """
    bleu = statistics["bleu"]
    sums = bleu.sum(axis=0)
    rest = [i for i in range(len(bleu)) if i not in overlapping]
    measured: dict[str, Any] = {"sentences": len(bleu)}
    for name, of_sentences in statistics.items():
        measured[name] = corpus_score(name, of_sentences)
        measured[f"{name}_signature"] = load(name).signature(bleu_tokenize)
    measured["bleu_without_overlap"] = corpus_score("bleu", bleu[rest]) if overlapping and rest else None
    return measured | {"length_ratio": round(int(sums[0]) / max(1, int(sums[1])), 4)}


def corpus_score(name: str, statistics: Statistics) -> float:
    """A metric's score, to four decimals."""
    return round(float(load(name).aggregate(statistics.sum(axis=0))), 4)


def save(path: Path, statistics: Statistics) -> None:
    """Write an array, atomically."""
    with atomic_write(path) as tmp, tmp.open("wb") as handle:
        np.save(handle, statistics, allow_pickle=False)


def overlap(corpus: Path, sources: list[str], references: list[str]) -> set[int]:
    """Test pairs (lines from 0) of which a side also occurs in the training set, to the letter."""
    return occurring(corpus / "train.src", sources) | occurring(corpus / "train.tgt", references)


def occurring(file: Path, texts: list[str]) -> set[int]:
    """Which of ``texts`` are lines of ``file``; the file is streamed."""
    searched, seen = set(texts), set()
    with file.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            text = line.removesuffix("\n")
            if text in searched:
                seen.add(text)
    return {i for i, text in enumerate(texts) if text in seen}


def describe(decoding: str, outputs: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    """Mode mass (of greedy search only), and how many outputs are truncated or empty."""
    mass = diagnostics.mode(outputs["log_prob"], outputs["finished"]) if decoding == "greedy" else NO_MODE
    return mass | {"truncated": outputs["finished"].count(False), "empty": texts.count("")}
