"""A run whose target language is written without spaces: what is announced, trained by, chosen by and scored."""

import json
from pathlib import Path

import pytest
import yaml
from workflow_place import ROOT, TEXTS, TOY, Place, new

from seqkd.config import load
from seqkd.distillation import targets
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan

HAN = "猫狗房树书星看叫找画红老新小水火山石田"
THAI = "กขคงจฉชซญดตถทธนบปผฝ"


def rewrite(place: Place, letters: str) -> None:
    """The toy pair with two letters for each target word, and no spaces."""
    words: dict[str, str] = {}
    for name in TEXTS:
        file = place.work / f"{name}.yy"
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
        for word in (word for line in lines for word in line):
            words.setdefault(word, letters[len(words)] + letters[(7 * len(words) + 3) % len(letters)])
        text = "".join("".join(words[word] for word in line) + "\n" for line in lines)
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def fresh(tmp_path: Path) -> Place:
    return new(tmp_path)


def test_chinese_by_its_flores_code_is_trained_and_scored_by_characters(fresh: Place) -> None:
    rewrite(fresh, HAN)
    fresh.edit_config(lambda config: config["corpus"].update(target_language="zho_Hans"))
    fresh.edit_config(lambda config: config["teachers"]["base"].update(updates=300))
    fresh.edit_config(lambda config: config["tokenizer"].update(vocab_size=60))
    done = fresh.snakemake("results/scores/teachers/base/1/test/manifest.json", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BLEU with sacrebleu's tokenization zh: zh-Hans is written in Han characters" in done.stderr
    scores = json.loads((fresh.results / "scores/teachers/base/1/test/scores.json").read_text(encoding="utf-8"))
    assert all("tok:zh" in one["bleu_signature"] and one["bleu"] > 20 for one in scores["measurements"])
    trained = json.loads((fresh.results / "teachers/base/1/manifest.json").read_text(encoding="utf-8"))["facts"]
    assert trained["dev_bleu"] > 20 and trained["train_bleu"] > 20


@pytest.mark.parametrize(
    ("language", "letters", "wanted"),
    [
        ("de", THAI, "dev.yy: corpus.target_language is de, so BLEU uses tokenization 13a, but most letters"),
        (
            "xx",
            HAN,
            "xx is not a registered language; assumed to have spaces between words\ndev.yy: corpus.target_language",
        ),
        ("tha_Thai", THAI, "char-BLEU with sacrebleu's tokenization char: th-Thai is written in Thai script"),
        ("th", THAI, "so models are selected and compared by chrF (by char-BLEU with score.bleu_tokenize: char)"),
    ],
)
def test_a_dry_run_tells_tokenization_and_other_script(fresh: Place, language: str, letters: str, wanted: str) -> None:
    rewrite(fresh, letters)
    fresh.edit_config(lambda config: config["corpus"].update(target_language=language))
    fresh.dry_run()
    assert wanted in fresh.said
    assert ("most letters of the target side" in fresh.said) == (letters != THAI or language == "de")
    fresh.edit_config(lambda config: config.setdefault("score", {}).update(bleu_tokenize="char"))
    fresh.dry_run()
    assert "tokenization char: as score.bleu_tokenize says\n" in fresh.said
    assert "most letters" not in fresh.said


def plan(language: str, tokenize: str = "auto") -> Plan:
    content = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    content["corpus"]["target_language"] = language
    content["score"]["bleu_tokenize"] = tokenize
    return Plan(load(content), Code(ROOT), lambda paths: {str(path): "0" for path in paths})


def tokenizations(found: Plan) -> set[str]:
    """Those of every step that computes BLEU."""
    rules = {"train_teacher", "train_student", "finetune_pruned", "targets", "score"}
    assert rules <= {step.rule for step in found.steps.values()}
    steps = [step for step in found.steps.values() if step.rule in rules]
    selected = [kind for kind in targets.NAMES if hasattr(targets.load(kind), "SCORE")]
    return {step.settings["bleu_tokenize"] for step in steps if step.settings.get("targets", "seq-inter") in selected}


def test_every_bleu_of_a_run_has_one_tokenization() -> None:
    assert tokenizations(plan("zho_Hans")) == {"zh"}
    assert tokenizations(plan("jpn_Jpan")) == {"char"}
    assert tokenizations(plan("zho_Hans", "intl")) == {"intl"}
    assert tokenizations(plan("xx")) == {"13a"}


def test_every_job_that_selects_knows_where_no_tokenization_fits() -> None:
    def selecting(found: Plan) -> set[bool]:
        rules = {"train_teacher", "train_student", "retrain", "length_penalty"}
        return {step.settings["is_fallback"] for step in found.steps.values() if step.rule in rules}

    assert selecting(plan("th")) == {True}
    assert selecting(plan("th", "char")) == selecting(plan("de")) == {False}


def test_other_words_for_one_language_change_the_page_alone() -> None:
    def keys(found: Plan) -> dict[str, str]:
        return {path: step.key for path, step in found.steps.items()}

    one, other = keys(plan("deu")), keys(plan("eng_Latn"))
    assert {path for path in one if one[path] != other[path]} == {"report"}
    assert keys(plan("deu")) == keys(plan("de"))
