"""What a person is told where a file cannot be written: the state of the disk, not our code, is to blame."""

import errno
import re
from collections.abc import Iterator

FULL = (errno.ENOSPC, errno.EDQUOT)
LOCKED = (errno.EROFS, errno.EACCES, errno.EPERM)
SAID = {
    "full": re.compile(r"No space left|Disk quota exceeded|os error 28\b|\d+ requested and \d+ written"),
    "locked": re.compile(r"Read-only file system|Permission denied|os error (30|13)\b"),
}
"""How libraries that give no number say it; the last of the first is NumPy's way."""
TOLD = {
    "full": "the disk is full. Free some space and run the same command again; nothing half-made stays",
    "locked": "the disk lets nobody write. Make the results writable and run the same command again",
}


def trouble_of_disk(error: BaseException) -> str | None:
    """One line if the disk is full or read-only, else None."""
    for one in _chain(error):
        number = one.errno if isinstance(one, OSError) else None
        for kind, numbers in (("full", FULL), ("locked", LOCKED)):
            if number in numbers or (number is None and _by_disk(one) and SAID[kind].search(str(one))):
                return f"{TOLD[kind]} ({' '.join(str(one).split())})"
    return None


def _by_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) or type(error).__name__ == "SafetensorError"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
