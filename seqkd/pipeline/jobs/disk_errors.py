"""The message where a file cannot be written: the state of the disk, not our code, is to blame."""

import errno
import re
from collections.abc import Iterator

ERRNOS = {"full": (errno.ENOSPC, errno.EDQUOT), "read-only": (errno.EROFS, errno.EACCES, errno.EPERM)}
PATTERNS = {
    "full": re.compile(r"No space left|Disk quota exceeded|os error 28\b|\d+ requested and \d+ written"),
    "read-only": re.compile(r"Read-only file system|Permission denied|os error (30|13)\b"),
}
"""Messages of libraries that give no number; the last of the first is NumPy's."""
MESSAGES = {
    "full": "the disk is full. Free some space and run the same command again; no partial result is left",
    "read-only": "the disk is not writable. Make the results writable and run the same command again",
}


def explain_disk_error(error: BaseException) -> str | None:
    """One line if the disk is full or read-only, else None."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        for kind, numbers in ERRNOS.items():
            if number in numbers or (number is None and _is_of_disk(cause) and PATTERNS[kind].search(str(cause))):
                return f"{MESSAGES[kind]} ({' '.join(str(cause).split())})"
    return None


def _is_of_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) or type(error).__name__ == "SafetensorError"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
