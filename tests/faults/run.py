"""Run every test of faults, keep what they showed in docs/faults.json, and write it into docs/reliability.md.

python tests/faults/run.py              # all
python tests/faults/run.py -k killed    # some, by pytest's own arguments; what is known of the others stays

"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent
COUNTS = FOLDER.parents[1] / "docs" / "faults.json"
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

from promises import write_section  # noqa: E402


class Counts:
    """Notes what each test came to as soon as it has ended: outcome, seconds, and what it noted itself."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Before any is left out: those not run so far are noted as that."""
        for item in items:
            self.keep(item.nodeid.removeprefix("tests/faults/"), None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            noted = {"outcome": report.outcome, "seconds": round(report.duration, 1)} | dict(report.user_properties)
            noted |= {"why": str(report.longrepr[2]).removeprefix("Skipped: ")} if report.skipped else {}
            self.keep(report.nodeid.removeprefix("tests/faults/"), noted)

    def keep(self, name: str, noted: dict[str, Any] | None) -> None:
        known = json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.exists() else {}
        whole = dict(sorted((known | {name: noted or known.get(name, {"outcome": "not run"})}).items()))
        COUNTS.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        write_section(whole)


def main(arguments: list[str]) -> int:
    """Gives pytest's exit status."""
    about_the_page = f"--ignore={FOLDER / 'test_page.py'}"
    every = ["-m", "faults_all or not faults_all"]
    return int(pytest.main([str(FOLDER), about_the_page, *every, *arguments], plugins=[Counts()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
