"""Virtual environments of the peers, created once with pip from the pins in ``benchmarks/requirements``."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.turns import SideError, say

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE / ".envs"


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is created if it is missing or its pins have changed.

    Raises:
        SideError: pip could not install it; the message is pip's last line.
    """
    pins = HERE / "requirements" / f"{peer}.txt"
    folder = ENVIRONMENTS / peer
    checksum = hashlib.sha256(pins.read_bytes()).hexdigest()
    stamp, python = folder / "pins.sha256", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == checksum:
        return python
    say(f"installing {peer} into {folder}")
    venv.create(folder, clear=True, with_pip=False)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "-r", pins],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SideError(f"pip could not install {peer}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    stamp.write_text(checksum)
    return python
