"""docs/reliability.md says about faults what the whole run showed: no more, no less."""

import json
from collections import Counter

from promises import BEGIN, END, KILLED, PAGE, PROMISES, functions, section, shown_by
from run import COUNTS

TESTS = json.loads(COUNTS.read_text(encoding="utf-8"))


def test_the_page_agrees_with_the_counts() -> None:
    assert f"{BEGIN}\n\n{section(TESTS)}\n\n{END}" in PAGE.read_text(encoding="utf-8")


def test_every_test_stands_behind_one_promise() -> None:
    promised = Counter(name for parts in PROMISES.values() for name in shown_by(parts, functions()))
    assert promised.keys() == functions()
    assert set(promised.values()) == {1}
    assert {name.partition("[")[0] for name in TESTS} <= functions()


def test_none_failed() -> None:
    assert {about["outcome"] for about in TESTS.values()} <= {"passed", "skipped", "not run"}
    assert {name for name, about in TESTS.items() if "kills" in about} == {
        name for name, about in TESTS.items() if KILLED in name and about["outcome"] == "passed"
    }
