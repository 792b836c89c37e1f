import hashlib
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from seqkd.corpus.locations import WebFile
from seqkd.corpus.settings import CorpusSettings
from seqkd.corpus.source import Job
from seqkd.corpus.sources.bible import BibleSettings
from seqkd.corpus.sources.captions import CaptionsSettings
from seqkd.corpus.sources.files import FilesSettings

SETTINGS: TypeAdapter[Any] = TypeAdapter(CorpusSettings)
SHA = "a" * 64
URL = "https://example.org/data/train.de.gz"


def web(url: str = URL, sha256: str = SHA) -> dict[str, str]:
    return {"url": url, "sha256": sha256}


def config(**changes: Any) -> dict[str, Any]:
    pair = {"src": "a.de", "tgt": "a.en"}
    plain = {"source": "files", "source_language": "de", "target_language": "en", "train": pair, "dev": pair}
    return plain | {"test_sets": {"one": {"src": "t.de", "tgt": "t.en"}}} | changes


def files(**changes: Any) -> FilesSettings:
    settings = SETTINGS.validate_python(config(**changes))
    assert isinstance(settings, FilesSettings)
    return settings


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as error:
        files(**changes)
    return str(error.value)


def test_source_selects_the_settings_class() -> None:
    bible = SETTINGS.validate_python({"source": "bible", "target_text": "louis-segond"})
    assert (bible.source_language, bible.target_language) == ("de", "fr")
    assert files().target_language == "en"


@pytest.mark.parametrize(
    "settings", [BibleSettings(), CaptionsSettings(seed=3), files(train={"src": web(), "tgt": "b"})]
)
def test_canonical_settings_round_trip(settings: Any) -> None:
    assert SETTINGS.validate_python(settings.canonical()) == settings


def test_an_address_without_checksum_is_refused_with_the_next_step() -> None:
    message = refusal(train={"src": URL, "tgt": "b"})
    assert f"{{url: {URL}, sha256: ...}}" in message
    assert "files.train.src" in message


@pytest.mark.parametrize(
    "src",
    [web(sha256="abc"), web("ftp://example.org/x"), web("https://example.org/"), {"url": URL}, {"path": ""}, 3, None],
)
def test_bad_locations_are_refused(src: Any) -> None:
    assert "train.src" in refusal(train={"src": src, "tgt": "b"})


def test_unknown_keys_languages_and_no_test_set_are_refused() -> None:
    assert "test_sets" in refusal(test_sets={})
    assert "source_language" in refusal(source_language="German, Swiss")
    assert "dedup" in refusal(cleaning={"dedup": True})
    assert "test_sets" in refusal(test_sets={"../up": {"src": "t", "tgt": "t"}})


def test_two_equal_texts_are_refused() -> None:
    with pytest.raises(ValidationError, match="both elberfelder"):
        BibleSettings(target_text="elberfelder")


def test_download_names_are_safe_and_distinct() -> None:
    hostile = WebFile(url="https://example.org/a/..%2f..%2fetc/pa%20ss;rm?x=1", sha256=SHA)
    assert hostile.file_name == "pa_ss_rm"
    src, tgt = web(), web("https://example.org/other/train.de.gz", "b" * 64)
    downloads = files(train={"src": src, "tgt": tgt}).job().downloads
    assert list(downloads) == ["aaaaaaaa-train.de.gz", "bbbbbbbb-train.de.gz"]


ADDED = {"src": "added.de", "tgt": web("https://example.org/added.en", "c" * 64)}


def test_a_test_set_without_decontamination_does_not_change_the_corpus() -> None:
    sets = {"one": {"src": "t.de", "tgt": "t.en"}}
    before, after = files(test_sets=sets), files(test_sets=sets | {"late": ADDED | {"decontaminate": False}})
    assert before.job().settings == after.job().settings
    assert list(before.job().downloads) == list(after.job().downloads) == []
    assert before.job().local_files == after.job().local_files
    assert before.job("one").settings == after.job("one").settings
    assert list(after.job("late").downloads) == ["cccccccc-added.en"]
    assert [path.name for path in after.job("late").local_files] == ["added.de"]
    assert after.test_set_names == ["one", "late"]


def test_a_decontaminated_test_set_is_part_of_the_corpus() -> None:
    sets = {"one": {"src": "t.de", "tgt": "t.en"}}
    before, after = files(test_sets=sets), files(test_sets=sets | {"late": ADDED})
    assert before.job().settings != after.job().settings
    assert list(after.job().downloads) == ["cccccccc-added.en"]


def test_names_order_languages_and_descriptions_are_not_part_of_the_corpus() -> None:
    first, second = {"src": "t.de", "tgt": "t.en"}, {"src": "u.de", "tgt": "u.en"}
    before = files(test_sets={"one": first, "two": second})
    after = files(test_sets={"zwei": second, "eins": first}, title="T", description="D", target_language="en-GB")
    assert before.job().settings == after.job().settings
    assert before.job("two").settings == after.job("zwei").settings


def test_decontaminate_is_not_read_by_the_test_set() -> None:
    before, after = (
        files(test_sets={"one": ADDED | {"decontaminate": decontaminate}}) for decontaminate in (True, False)
    )
    assert before.job("one").settings == after.job("one").settings


@pytest.mark.parametrize("key", ["max_words", "max_chars", "max_ratio"])
def test_cleaning_is_part_of_the_corpus(key: str) -> None:
    assert files().job().settings != files(cleaning={key: 7}).job().settings


def test_local_files_are_listed_without_duplicates() -> None:
    settings = files(dev={"src": "a.de", "tgt": web(), "documents": "docs"})
    assert [str(path) for path in settings.job().local_files] == ["a.de", "a.en", "docs", "t.de", "t.en"]
    assert BibleSettings().job().local_files == []


def test_the_bible_is_one_download() -> None:
    settings = BibleSettings()
    assert list(settings.job().downloads) == list(settings.job("test").downloads) == ["bible.db"]
    assert settings.test_set_names == ["test"]


def test_captions_need_no_file() -> None:
    settings = CaptionsSettings(test_pairs=10)
    assert (settings.source_language, settings.target_language) == ("de", "en")
    assert settings.job() == Job(settings.canonical())
    assert settings.test_set_names == ["test"]


def test_captions_are_described_as_synthetic() -> None:
    description = CaptionsSettings().describe()
    assert "Synthetic" in description.title and "Synthetic" in description.description
    assert "say nothing about translation of natural text" in description.caveat


def test_descriptions() -> None:
    description = BibleSettings().describe()
    assert "World English" in description.description
    assert "nothing about general translation" in description.caveat
    assert files(title="My text", description="Mine.").describe().title == "My text"
    assert "de-en" in files().describe().title


def test_the_checksum_of_an_empty_file_is_accepted() -> None:
    checksum = hashlib.sha256(b"").hexdigest()
    assert files(train={"src": web(sha256=checksum), "tgt": {"path": "b", "sha256": checksum}})
