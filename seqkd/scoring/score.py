"""Quality of one model on one test set: greedy and beam search, one small JSON."""

from pathlib import Path
from typing import Any

import numpy as np

from seqkd.decoding.engine import forced_scores, translate
from seqkd.decoding.search import Hypothesis
from seqkd.decoding.settings import SearchSettings
from seqkd.errors import UserError
from seqkd.files import read_lines, write_json, write_lines
from seqkd.memory import tune_malloc
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.scoring import against_teacher, diagnostics
from seqkd.scoring.bleu import bleu_metric, chrf_metric
from seqkd.scoring.settings import ScoreSettings
from seqkd.scoring.sizes import name_of, size
from seqkd.tokenizer.tokenizer import Tokenizer


def score_model(
    *,
    settings: ScoreSettings,
    system: dict[str, Any],
    model: Path,
    teacher: Path | None,
    tokenizer: Path,
    test_set: Path,
    corpus: Path,
    folder: Path,
    bleu_tokenize: str,
    precision: str,
    length_penalty: float | None = None,
) -> dict[str, Any]:
    """Translate a test set greedily and by beam search, and write scores.json and the translations to ``folder``.

    Args:
        system: the columns that tell which system this is; they are copied to scores.json.
        teacher: the teacher that it is held against; the model itself where it is a teacher; None for pruned models.
        length_penalty: the one chosen on dev, where ``settings`` leave it to that.
        test_set: folder with test.src and test.tgt; corpus: folder with train.src and train.tgt.
        bleu_tokenize: sacrebleu's tokenization; ``settings`` may leave it to the target language, this does not.
    """
    tune_malloc()
    names = Tokenizer(tokenizer)
    network = store.load(model, precision, names.sizes)
    sources, references = read_lines(test_set / "test.src"), read_lines(test_set / "test.tgt")
    if len(sources) != len(references):
        raise UserError(
            f"{test_set}: {len(sources)} source but {len(references)} target lines. Delete the folder and run again."
        )
    ids = names.src.encode(sources)
    known = overlap(corpus, sources, references)
    whole = size(network, model) | {"overlap": len(known)}
    whole |= diagnostics.gold(forced_scores(network, ids, names.tgt.encode(references)), references)
    if teacher is not None:
        other = network if teacher == model else store.load(teacher, precision, names.sizes)
        whole |= beside_teacher(network, other, names, (sources, references), settings, bleu_tokenize)
    measurements, beam = [], settings.search.tuned(length_penalty)
    for search in (beam.model_copy(update={"beam": 1}), beam):
        found = [hypotheses[0] for hypotheses in translate(network, ids, search)]
        texts = [names.tgt.decode(hypothesis.ids) for hypothesis in found]
        write_lines(folder / f"{name_of(search)}.txt", texts)
        quality = measure(texts, references, known, bleu_tokenize)
        penalty = {"length_penalty": search.length_penalty if search.beam > 1 else None}
        measurements.append({"decoding": name_of(search)} | quality | whole | penalty | outputs(found, texts, search))
    write_json(folder / "scores.json", system | {"measurements": measurements})
    return {"sentences": len(sources)}


def beside_teacher(
    network: TranslationModel,
    teacher: TranslationModel,
    names: Tokenizer,
    texts: tuple[list[str], list[str]],
    settings: ScoreSettings,
    bleu_tokenize: str,
) -> dict[str, Any]:
    """What ``against_teacher`` measures, on some test sentences (source and reference texts), spread evenly."""
    count = min(settings.teacher_agreement_sentences, len(texts[0]))
    if not count:
        return {}
    chosen = np.unique(np.linspace(0, len(texts[0]) - 1, count).astype(int)).tolist()
    sources = names.src.encode([texts[0][i] for i in chosen])
    if teacher is network:
        return against_teacher.teacher_measures(teacher, sources, settings.search.limits, names.tgt, bleu_tokenize)
    references = names.tgt.encode([texts[1][i] for i in chosen])
    return against_teacher.student_measures(network, teacher, sources, references, settings.search.limits)


def measure(texts: list[str], references: list[str], known: set[int], bleu_tokenize: str) -> dict[str, Any]:
    """BLEU, chrF and length ratio of detokenised texts, with sacrebleu's signatures; BLEU also without ``known``."""
    bleu, chrf = bleu_metric(bleu_tokenize), chrf_metric()
    score = bleu.corpus_score(texts, [references])
    rest = [i for i in range(len(texts)) if i not in known]
    apart = (
        bleu.corpus_score([texts[i] for i in rest], [[references[i] for i in rest]]).score if known and rest else None
    )
    return {
        "sentences": len(texts),
        "bleu": round(score.score, 4),
        "bleu_signature": str(bleu.get_signature()),
        "bleu_without_overlap": None if apart is None else round(apart, 4),
        "chrf": round(chrf.corpus_score(texts, [references]).score, 4),
        "chrf_signature": str(chrf.get_signature()),
        "length_ratio": round(score.sys_len / max(1, score.ref_len), 4),
    }


def overlap(corpus: Path, sources: list[str], references: list[str]) -> set[int]:
    """Test pairs (lines from 0) of which a side also occurs in the training set, to the letter."""
    return occurring(corpus / "train.src", sources) | occurring(corpus / "train.tgt", references)


def occurring(file: Path, texts: list[str]) -> set[int]:
    """Which of ``texts`` are lines of ``file``; the file is streamed."""
    wanted, seen = set(texts), set()
    with file.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            text = line.removesuffix("\n")
            if text in wanted:
                seen.add(text)
    return {i for i, text in enumerate(texts) if text in seen}


def outputs(found: list[Hypothesis], texts: list[str], search: SearchSettings) -> dict[str, Any]:
    """Mode mass (greedy alone), and how many outputs are truncated or empty."""
    mass = diagnostics.mode(found) if search.beam == 1 else {"mode_mass": None, "mode_mass_median": None}
    return mass | {"truncated": sum(not h.finished for h in found), "empty": sum(not text for text in texts)}
