"""Write the list of all bad inputs that are tried into README.md: ``python tests/bad_input/listing.py``."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from cases import Case  # noqa: E402
from test_command_line import CONFIGS as TYPED  # noqa: E402
from test_each_bad_input import TABLES  # noqa: E402
from test_generated import EXAMPLES, PLACES, RANDOM_TESTS, WRONG  # noqa: E402

PAGE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- Written by tests/bad_input/listing.py. -->", "<!-- End of the list of bad inputs. -->"


def listing() -> str:
    """The counts, then every case by its name, a line each, folded away where Markdown is shown as a page."""
    cases = [case for table in TABLES.values() for case in table]
    refused = sum(not case.is_handled for case in cases)
    counts = (
        f"{len(cases)} bad inputs written by hand: {refused} are refused, {len(cases) - refused} are valid and handled. "
        f"{len(PLACES) * len(WRONG)} more are every key of the config ({len(PLACES)} places) with each of {len(WRONG)} "
        f"values, and {EXAMPLES * len(RANDOM_TESTS)} are random, {EXAMPLES} of each of {len(RANDOM_TESTS)} kinds. "
        f"{len(TYPED) + 4} run the `snakemake` command."
    )
    return "\n\n".join([counts, *(_folded(kind, table) for kind, table in TABLES.items())])


def _folded(kind: str, table: list[Case]) -> str:
    """One table of cases: its counts, and its cases to be unfolded."""
    names = {handled: [_shown(case) for case in table if case.is_handled == handled] for handled in (False, True)}
    counts = f"{len(names[False])} refused" + (f", {len(names[True])} handled" if names[True] else "")
    lines = ["<details>", f"<summary>{kind[0].upper()}{kind[1:]}: {counts}</summary>"]
    for word, handled in (("Refused", False), ("Handled", True)):
        if names[handled]:
            lines += ["", f"{word}:", "", *(f"- {name}" for name in names[handled])]
    return "\n".join([*lines, "", "</details>"])


def _shown(case: Case) -> str:
    """A case's name as plain Markdown, whatever it holds."""
    name = " ".join(case.name.split())
    name = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in name)
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|~$" else one for one in name)


def page(text: str) -> str:
    """The page with the list as it is now."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{listing()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
