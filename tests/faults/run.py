"""Run every test of faults, and write the outcomes to counts.json and README.md.

python tests/faults/run.py              # all
python tests/faults/run.py -k killed    # some, by pytest's own arguments; what is known of the others stays

"""

import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
COUNTS = FOLDER / "counts.json"
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

from promises import Tests, write_section  # noqa: E402


class Counts:
    """Notes what each test came to as soon as it has ended: outcome, seconds, and what it noted itself."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Before any is left out: those not run so far are noted as that, and those that are no more are forgotten."""
        known = self.known()
        names = [item.nodeid.removeprefix("tests/faults/") for item in items]
        self.write({name: known.get(name, {"outcome": "not run"}) for name in names})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            noted = {"outcome": report.outcome, "seconds": round(report.duration, 1)} | dict(report.user_properties)
            noted |= {"why": str(report.longrepr[2]).removeprefix("Skipped: ")} if report.skipped else {}
            self.write(self.known() | {report.nodeid.removeprefix("tests/faults/"): noted})

    def known(self) -> Tests:
        return json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.exists() else {}

    def write(self, tests: Tests) -> None:
        COUNTS.write_text(json.dumps(dict(sorted(tests.items())), indent=1) + "\n", encoding="utf-8")
        write_section(tests)


def main(arguments: list[str]) -> int:
    """Gives pytest's exit status."""
    about_the_page = f"--ignore={FOLDER / 'test_page.py'}"
    every = ["-m", "faults_all or not faults_all"]
    return int(pytest.main([str(FOLDER), about_the_page, *every, *arguments], plugins=[Counts()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
