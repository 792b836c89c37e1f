"""Language codes: which are accepted, the tokenization that follows, and whether a text's script fits its code."""

import re

import pytest
from small_config import changed

from seqkd.config import bleu, load
from seqkd.corpus.language import bleu_name, mismatch, standard_code, tokenization
from seqkd.corpus.scripts import BY_CODE, script_of
from seqkd.utils.errors import UserError

SPACED = (
    "en deu pt-BR nob nno no nor nb-NO srp_Cyrl arb_Arab hin_Deva vi tr amh ydd_Hebr zh-Latn ja-Latn nan_Latn xx yy"
)
HAN = "zh zho chi cmn zh-CN zh_TW zh-Hant-TW zho_Hans zho_Hant ZHO_HANS yue yue_Hant lzh wuu hak gan zh-yue xx-Hani"
CHARACTERS = (
    "ja jpn jpn_Jpan ja-Hira ko kor kor_Hang th tha tha_Thai km khm khm_Khmr lo lao lao_Laoo my mya bur mya_Mymr shn "
    "bo bod tib bod_Tibt dz dzo dzo_Tibt ii nod_Lana khb tdd jv-Java xx-Thai"
)
TEXTS = {
    "Han": "我喜欢很大的红色苹果树, ok? 再次高的田看見智的石。",
    "Japanese": "東京へ行きました。PCを買った。",
    "Korean": "안녕하세요 세계",
    "Thai": "สวัสดีชาวโลก 123",
    "Khmer": "សួស្តីពិភពលោក",
    "Lao": "ສະບາຍດີຊາວໂລກ",
    "Burmese": "မင်္ဂလာပါကမ္ဘာလောက",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས།",
    "": "Größe und 一 Привет мир שלום नमस्ते",
}


@pytest.mark.parametrize(
    ("code", "expected"),
    [(code, name) for name, codes in (("13a", SPACED), ("zh", HAN), ("char", CHARACTERS)) for code in codes.split()],
)
def test_tokenization_follows_from_every_form_of_a_code(code: str, expected: str) -> None:
    assert tokenization(standard_code(code)).name == expected
    assert tokenization(standard_code(code), "intl").name == "intl"


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("deu", "de"),
        ("ger", "de"),
        ("zho_Hans", "zh-Hans"),
        ("pt_br", "pt-BR"),
        ("DE", "de"),
        ("xx", "xx"),
        ("iw", "he"),
    ],
)
def test_equivalent_codes_give_the_same_tag(code: str, tag: str) -> None:
    assert standard_code(code) == tag == standard_code(tag)


@pytest.mark.parametrize(
    "code", ["", "d", "English", "de-", "de--AT", "<b>", "de\n", "日本", "xx" * 20, "zh-Hans-Hant"]
)
def test_an_invalid_code_is_refused_with_examples(code: str) -> None:
    with pytest.raises(
        ValueError, match="must be a language code such as de, pt-BR, nob, zho_Hans or zh-Hant-TW, found"
    ):
        standard_code(code)


def test_a_misspelt_script_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"found 'th-Tahi', whose script.* write th, or .* th-Thai-TH"):
        standard_code("th-Tahi")


def test_reasons_of_each_tokenization() -> None:
    assert "th is written in Thai script, without spaces" in tokenization("th").reason
    assert "sacrebleu[ja]' and score.bleu_tokenize: ja-mecab" in tokenization("ja").reason
    assert "xx is not a registered language; assumed to have spaces" in tokenization("xx").reason
    assert "did you mean ja?" in tokenization("jp").reason
    by_chrf = "so models are selected and compared by chrF (by char-BLEU with score.bleu_tokenize: char)"
    assert str(tokenization("th")).endswith(by_chrf)
    assert by_chrf not in str(tokenization("th", "char")) + str(tokenization("zh")) + str(tokenization("de"))
    assert tokenization("th", "char").reason == "as score.bleu_tokenize says"
    assert "though th is written without spaces" in tokenization("th", "13a").reason
    assert [bleu_name(name) for name in ("13a", "zh", "char")] == ["BLEU", "BLEU", "char-BLEU"]


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_the_script_of_a_text_is_that_of_most_of_its_letters(name: str, text: str) -> None:
    script = script_of(text)
    assert (script.name if script else "") == name


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        ("de", "Thai", r"Thai\. Correct the language \(th\?\).* or set score\.bleu_tokenize: char\."),
        ("xx", "Han", r"Han\. Correct the language \(zh\?\).* score\.bleu_tokenize: zh\."),
        ("zh", "Japanese", r"Japanese\. Correct the language \(ja\?\)"),
        ("th", "", "with spaces between words. Correct the language, or src and tgt if they are swapped"),
    ],
)
def test_a_text_in_another_script_is_reported_with_the_next_step(code: str, text: str, message: str) -> None:
    assert re.search(message, mismatch(code, "auto", TEXTS[text]))
    assert mismatch(code, "13a", TEXTS[text]) == ""


@pytest.mark.parametrize(
    ("code", "text"),
    [("yue", "Han"), ("ja", "Japanese"), ("th", "Thai"), ("dz", "Tibetan"), ("ko", "Korean"), ("de", "")],
)
def test_a_text_in_the_script_of_its_code_gives_no_message(code: str, text: str) -> None:
    assert mismatch(code, "auto", TEXTS[text]) == mismatch(code, "auto", " \n") == ""


def test_script_codes_are_registered() -> None:
    assert all(standard_code(f"en-{code}") == f"en-{code}" for code in BY_CODE)


def test_tokenizations_with_missing_dependencies_are_refused_with_the_next_step(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(bleu, "find_spec", lambda name: None)
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(tmp_path))
    for name, message in (
        ("ja-mecab", "needs more packages; pip install 'sacrebleu[ja]', or write char"),
        ("flores200", f"needs a model that sacrebleu downloads to {tmp_path}/models/flores200"),
    ):
        with pytest.raises(UserError, match=re.escape(f"score.bleu_tokenize: found '{name}', which {message}")):
            load(changed("score/bleu_tokenize", name))
    (tmp_path / "models").mkdir()
    (tmp_path / "models/flores200sacrebleuspm").touch()
    assert load(changed("score/bleu_tokenize", "flores200")).score.bleu_tokenize == "flores200"
