"""A bad input as a row of a table: what it is, how it gets in, and what the answer must hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seqkd.utils.errors import LONGEST, UserError

HANDLED = ""
"""The answer where the input is no mistake: it is read as the case itself asserts."""


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes:
        name: what it is, as README.md lists it.
        give: makes the input in a folder, the working one, and hands it to the product.
        answer: what the one line must match (``re.search``), or ``HANDLED``.
    """

    name: str
    give: Callable[[Path], object]
    answer: str

    def __str__(self) -> str:
        return self.name

    @property
    def is_handled(self) -> bool:
        return self.answer == HANDLED


def try_out(case: Case, folder: Path) -> str:
    """The answer to a case, which must be one of the product's own; raises what else goes wrong."""
    try:
        case.give(folder)
    except UserError as error:
        told = str(error)
        assert not case.is_handled, told
        for line in told.split("\n"):
            assert line.isprintable() and len(line) <= LONGEST, line
            assert "Traceback" not in line
        assert re.search(case.answer, told), f"{told!r} does not match {case.answer!r}"
        return told
    assert case.is_handled, f"{case.name}: taken without a word"
    return HANDLED
