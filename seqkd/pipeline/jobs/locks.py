"""Locks that die with their process, so that a killed run never has to be unlocked."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from seqkd.utils.errors import UserError

_run_locks: list[IO[str]] = []
"""Locks kept until this process ends."""


def acquire_run_lock(path: Path) -> None:
    """Take the run's lock and keep it until this process ends.

    Raises:
        UserError: another run has it (names its process), or the results cannot be written to.
    """
    try:
        handle = _open(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    if not _lock(handle, wait=False):
        raise UserError(f"Another run is working here ({_describe(_owner(handle))}). Wait for it or stop it.")
    try:
        _sign(handle, "run")
    except OSError as error:
        raise _unwritable(path, error) from None
    _run_locks.append(handle)


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(
        f"{path}: cannot be written ({error.strerror}). Make {path.parent.parent} writable or free some space there, "
        "then run the same command again."
    )


@contextmanager
def artefact_lock(path: Path, key: str, artefact: str) -> Iterator[None]:
    """Keep out a second writer of one artefact, such as an orphan of a killed run.

    If the other process makes the same artefact (equal ``key``), wait for it.

    Raises:
        UserError: it makes something else there.
    """
    with _open(path) as handle:
        if not _lock(handle, wait=False):
            owner = _owner(handle)
            if owner.get("key") != key:
                raise UserError(
                    f"{artefact}: {_describe(owner)} of an earlier run still writes it with other settings. "
                    "Stop that process or wait for its end, then run the same command again."
                )
            print(f"{artefact}: waiting for {_describe(owner)} of an earlier run, which is making it.", flush=True)
            _lock(handle, wait=True)
        _sign(handle, key)
        yield


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a+", encoding="utf-8")


def _lock(handle: IO[str], wait: bool) -> bool:
    """Lock the file; False if another process has it. On a file system without locks nothing is locked."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _sign(handle: IO[str], key: str) -> None:
    handle.truncate(0)
    handle.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "key": key}))
    handle.flush()


def _describe(owner: dict[str, object]) -> str:
    is_remote = owner.get("host", socket.gethostname()) != socket.gethostname()
    return f"process {owner.get('pid', '?')}" + (f" on {owner['host']}" if is_remote else "")


def _owner(handle: IO[str]) -> dict[str, object]:
    handle.seek(0)
    try:
        owner: dict[str, object] = json.loads(handle.read())
    except ValueError:
        return {}
    return owner
