"""The one exception that stands for a user's mistake."""

LONGEST = 1200
"""Characters of a message at most."""


class UserError(Exception):
    """A mistake that the user can mend: shown as one line, never as a traceback.

    The message names the key or the file (and line), the value found, what is allowed and the next step.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def first_sentence(error: UserError) -> str:
    """What is wrong, without the next step that goes with another place."""
    return str(error).partition(". ")[0]


def one_line(text: str) -> str:
    """The text on one line that a terminal shows and does not obey.

    White space is single blanks, a middle that is too long is left out, and what cannot be printed (escapes, marks that
    turn the direction of writing, halves of a character) is written as ``\\x1b``.
    """
    text = _cut(" ".join(text.split()))
    return _cut("".join(one if one.isprintable() else ascii(one)[1:-1] for one in text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2 - 5]} [...] {text[5 - LONGEST // 2 :]}"
