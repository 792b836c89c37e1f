"""The one exception for user errors."""

LONGEST = 1200
"""Maximum number of characters in a message."""


class UserError(Exception):
    """An error that the user can fix: reported as one line, never as a traceback.

    The message names the key or the file (and line), the value found, what is allowed and the next step.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def first_sentence(error: UserError) -> str:
    """What is wrong, without the next step, for callers that suggest their own."""
    return str(error).partition(". ")[0]


def one_line(text: str) -> str:
    """The text as one line that is safe to print to a terminal.

    White space is collapsed to single blanks, a long text is shortened in the middle, and unprintable characters
    (escape sequences, direction marks, lone surrogates) are written as ``\\x1b``.
    """
    text = _shorten(" ".join(text.split()))
    return _shorten("".join(char if char.isprintable() else ascii(char)[1:-1] for char in text))


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2 - 5]} [...] {text[5 - LONGEST // 2 :]}"
