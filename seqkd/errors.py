"""The one exception that stands for a user's mistake."""


class UserError(Exception):
    """A mistake that the user can mend: shown as one line, never as a traceback.

    The message names the key or the file (and line), the value found, what is allowed and the next step.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
