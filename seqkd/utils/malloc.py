"""Settings of malloc, so that freed memory is reused instead of being returned to the system after every batch."""

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_GIBIBYTE = 1 << 30


def tune_malloc() -> None:
    """Raise glibc's thresholds: page faults on fresh memory cost several times a write to memory already mapped.

    Does nothing if the C library has no ``mallopt``.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _GIBIBYTE)
        mallopt(_TRIM_THRESHOLD, _GIBIBYTE)
        mallopt(_TOP_PAD, 64 << 20)
