"""The command ``seqkd`` where a standard stream is closed or full, or the locale knows no UTF-8: one line, a status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqkd import losses

ROOT = Path(losses.__file__).parents[2]
PLAIN = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in bash, ``seqkd`` in it being ours."""
    names = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment
    function = f'seqkd() {{ "{sys.executable}" -m seqkd "$@"; }}; '
    return subprocess.run(
        ["bash", "-c", function + command], env=names, cwd=ROOT, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("seqkd losses >&-", "standard output is closed; send it to a file or to /dev/null"),
        ("seqkd claims nowhere >&-", "standard output is closed; send it to a file or to /dev/null"),
        ("seqkd translate nowhere >&-", "standard output is closed; send it to a file or to /dev/null"),
        pytest.param("seqkd losses >/dev/full", "standard output: No space left on device", marks=FULL),
        pytest.param("seqkd losses kl >/dev/full", "standard output: No space left on device", marks=FULL),
        ("seqkd losses 2>&- nope", ""),
        ("seqkd losses \u00fc", "\\udcc3\\udcbc: no such objective; allowed: engine"),
    ],
)
def test_it_ends_with_one_line_and_status_1(command: str, told: str) -> None:
    done = shell(command, **PLAIN)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.decode().startswith(told) and done.stderr.count(b"\n") == bool(told)


@pytest.mark.parametrize("command", ["seqkd losses | head -1", "seqkd losses tie-kd | head -1", "seqkd losses tie-kd"])
def test_a_reader_who_has_seen_enough_and_a_plain_locale_are_no_trouble(command: str) -> None:
    done = shell(f"set -o pipefail; {command}", **PLAIN)
    assert (done.returncode, done.stderr) == (0, b"") and done.stdout
