"""README.md has the outcomes of the whole run, and docs/reliability.md promises what they show: no more, no less."""

import json
import re
from collections import Counter

from promises import BEGIN, END, FOLDER, KILLED, PAGE, PROMISES, functions, section, shown_by
from run import COUNTS

TESTS = json.loads(COUNTS.read_text(encoding="utf-8"))


def test_the_page_agrees_with_the_counts() -> None:
    assert f"{BEGIN}\n\n{section(TESTS)}\n\n{END}" in PAGE.read_text(encoding="utf-8")


def test_users_are_promised_exactly_what_was_shown() -> None:
    text = (FOLDER.parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")
    items = re.findall(r"^- ((?:.+\n)(?:  .+\n)*)", text.partition("## Faults")[2].partition("\n## ")[0], re.MULTILINE)
    run = [name for name, test in TESTS.items() if test["outcome"] != "not run"]
    shown = {promise for promise, parts in PROMISES.items() if shown_by(parts, run)}
    assert {" ".join(item.split()) for item in items} == shown


def test_every_test_belongs_to_one_promise() -> None:
    promised = Counter(name for parts in PROMISES.values() for name in shown_by(parts, functions()))
    assert promised.keys() == functions()
    assert set(promised.values()) == {1}
    assert {name.partition("[")[0] for name in TESTS} <= functions()


def test_none_failed() -> None:
    assert {about["outcome"] for about in TESTS.values()} <= {"passed", "skipped", "not run"}
    assert {name for name, about in TESTS.items() if "kills" in about} == {
        name for name, about in TESTS.items() if KILLED in name and about["outcome"] == "passed"
    }
