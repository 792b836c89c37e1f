"""`nll` that takes its time and memory: as many seconds an update as the file `pace` says, HUNGRY megabytes kept."""

import os
import time
from pathlib import Path

from seqkd.losses import nll

NEEDS_TEACHER = False
KEPT = bytearray(b"\1") * (int(os.environ.get("HUNGRY", "0")) << 20)


class Options(nll.Options):
    """None."""


def loss(batch, options):
    """As of `nll`."""
    pace = Path("pace")
    time.sleep(float(pace.read_text()) if pace.is_file() else 0)
    return nll.loss(batch, options)
