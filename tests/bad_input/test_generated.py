"""Bad inputs made by the hundred: every key with every wrong value, and files spoilt at random."""

import copy
import json
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import archives
import models
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from small_config import BASE, FILES
from texts import Text

from seqkd.config import Config, ConfigError, load
from seqkd.config.error_messages import classes
from seqkd.corpus.download.wheel import fetch_member
from seqkd.corpus.read import read_lines
from seqkd.corpus.sources.bible import PACKAGE, BibleSettings, split_verses
from seqkd.models import checkpoint
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.utils.errors import UserError

ROOT = Path(__file__).parents[2]
CODE = Code(ROOT)
EXAMPLES = 100
"""Random ones of each kind; the same ones at every run."""
RANDOM = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
WRONG: list[Any] = [
    *(None, True, -1, 0, 1.5, 10**30, float("nan"), float("inf"), [], {}, [[]], {"x": 1}),
    *("", "x", "../x", "<b>", "$(id)", "\x1b[31m", "\ud800", "9" * 5000),
]
WHOLE: dict[str, Any] = BASE | {
    "corpus": FILES | {"train": {"src": {"path": "t.de"}, "tgt": {"url": "https://x.org/t", "sha256": "0" * 64}}},
    "fine_tuning": {},
    "retraining": {},
}


def keys(root: type[BaseModel], data: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that the section at ``at`` may hold, and those of the sections in it; names as the data has them."""
    for key, field in root.model_fields.items():
        yield (*at, key)
        inner = data.get(key) if isinstance(data, dict) else None
        for one in classes(field.annotation):
            by_name = isinstance(inner, dict) and not inner.keys() & one.model_fields.keys()
            for name, section in inner.items() if by_name else [(None, inner)]:
                yield from keys(one, section, (*at, key, *([name] if name else [])))


PLACES = sorted(set(keys(Config, WHOLE)))


def put(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    config = copy.deepcopy(WHOLE)
    node = config
    for part in place[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            return {}
    node[place[-1]] = value
    return config


def answer(config: dict[str, Any]) -> str:
    """The lines that refuse a config, or none where it is taken and can be planned."""
    try:
        Plan(load(config, "my.yaml"), CODE, lambda paths: {str(path): "" for path in paths})
    except ConfigError as error:
        lines = str(error).split("\n")
        assert 1 <= len(lines) <= 11
        assert all(line.startswith("my.yaml: ") and line.isprintable() and len(line) < 1300 for line in lines), lines
        return str(error)
    return ""


def test_the_keys_are_those_of_the_whole_config() -> None:
    assert len(PLACES) > 100
    assert ("training", "updates") in PLACES and ("corpus", "train", "src") in PLACES
    assert answer(WHOLE) == ""


def test_every_key_with_every_wrong_value() -> None:
    told = Counter(bool(answer(put(place, value))) for place in PLACES for value in WRONG)
    assert told[True] > 10 * told[False]  # few of these are right somewhere: a title may be "x"
    assert sum(told.values()) == len(PLACES) * len(WRONG)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@RANDOM
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_random_values_at_random_keys(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    config = put(*changes[0])
    for place, value in changes[1:]:
        node: Any = config
        for part in place[:-1]:
            node = node.setdefault(part, {}) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node[place[-1]] = value
    answer(config)


@RANDOM
@given(st.binary(max_size=200) | st.text(alphabet="&*:-?{}[]!|>%@`,<# \n\tab1.'\"~", max_size=60).map(str.encode))
def test_random_bytes_as_a_config(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError) as told:
        load(path)
    assert str(path) in str(told.value)


@RANDOM
@given(st.binary(max_size=300))
def test_random_bytes_as_a_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text"
    path.write_bytes(content)
    try:
        lines = list(read_lines(path, Counter()))
    except UserError as told:
        assert str(told).startswith(str(path)) and str(told).isprintable()
    else:
        assert len(lines) == content.count(b"\n") + (not content.endswith(b"\n"))
        assert all("\n" not in line and line == line.strip() for line in lines)


@RANDOM
@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_random_characters_as_a_text(tmp_path: Path, lines: list[str]) -> None:
    """Whatever is in a line, line N stays line N: the files that are made have as many lines as came in or fewer."""
    corpus = Text(tmp_path, train_de=lines, train_en=[f"line {i}" for i in range(len(lines))])
    try:
        facts = corpus.make(cleaning={"max_ratio": 1000})
    except UserError as told:
        assert str(told).isprintable()
    else:
        made = corpus.lines("train.src")
        assert len(made) == len(corpus.lines("train.tgt")) == facts["train"]["pairs"] <= len(lines)
        numbers = [int(group) for group in corpus.lines("train.groups")]
        assert corpus.lines("train.tgt") == [f"line {number - 1}" for number in numbers]


def spoilt(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with some bytes changed, cut out or repeated."""
    changes = st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=4)

    def apply(change: tuple[list[tuple[int, int]], int]) -> bytes:
        made = bytearray(content)
        for place, value in change[0]:
            made[place] = value
        return bytes(made[: change[1]]) if change[1] else bytes(made)

    return st.tuples(changes, st.just(0) | st.integers(1, len(content) - 1)).map(apply)


@RANDOM
@given(spoilt(archives.GOOD))
def test_spoilt_packages(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "the.whl").write_bytes(content)
    try:
        fetch_member(PACKAGE, tmp_path / "the.whl", tmp_path / "out" / "bible.db", tmp_path / "state")
    except UserError as told:
        assert "SEQKD_DATA" in str(told)
    assert {path.name for path in tmp_path.iterdir()} <= {"state", "the.whl", "out"}


def _database() -> bytes:

    connection = sqlite3.connect(":memory:")
    connection.execute(archives.TABLE)
    connection.executemany("INSERT INTO bible VALUES ('e', 1, 1, ?, ?)", [(i, "x" * 400) for i in range(30)])
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content


@RANDOM
@given(spoilt(_database()))
def test_spoilt_databases(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bible.db"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"bible\.db: "):
        split_verses(BibleSettings(), path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    models.good(folder)
    return folder


def describe(home: Path, **changes: Any) -> None:
    """Write model.json, right but for the changes."""
    content: dict[str, Any] = {"model": models.SMALL.canonical(), "src_vocabulary": 20, "tgt_vocabulary": 20}
    for key, value in changes.items():
        (content["model"] if key in content["model"] else content)[key] = value
    (home / "model.json").write_text(json.dumps(content), encoding="utf-8")


WEIGHTS = models.bytes_of_a_model()
HEADER = 8 + struct.unpack("<Q", WEIGHTS[:8])[0]


@RANDOM
@given(spoilt(WEIGHTS[:HEADER]))
def test_spoilt_headers_of_weights(home: Path, content: bytes) -> None:
    describe(home)
    (home / "model.safetensors").write_bytes(content + WEIGHTS[HEADER:])
    try:
        checkpoint.load(home)
    except UserError as told:
        assert "not the weights of this model" in str(told)


@RANDOM
@given(
    JSON, st.sampled_from(["model", "src_vocabulary", "tgt_vocabulary", "architecture", "dim", "heads", "tied", "x"])
)
def test_random_descriptions_of_a_model(home: Path, value: Any, key: str) -> None:
    (home / "model.safetensors").write_bytes(WEIGHTS)
    describe(home, **{key: value})
    try:
        checkpoint.load(home)
    except UserError as told:
        assert "does not describe a model" in str(told) or "not the weights" in str(told)


RANDOM_TESTS = [
    value for name, value in sorted(globals().items()) if name.startswith("test_") and hasattr(value, "hypothesis")
]
"""Those that draw ``EXAMPLES`` inputs each."""
