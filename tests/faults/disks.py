"""Small disks for tests that fill them or lock them, where this machine lets one mount."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workflow_place import Place

SIZE = 64 << 20
FILLER = "filler"


def mount(*arguments: str) -> None:
    """Mount, or skip the test where that is not allowed."""
    program = shutil.which("mount")
    if program is None:
        pytest.skip("no program `mount` here")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 64 MB in place of ``folder``, which what that held is copied to."""
    before = folder.rename(folder.with_name(f"{folder.name}.before"))
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))
    try:
        shutil.copytree(before, folder, dirs_exist_ok=True)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, room: int) -> None:
    """Fill a disk up to ``room`` bytes."""
    with (disk / FILLER).open("wb") as filler:
        filler.write(bytes(shutil.disk_usage(disk).free - room))


def remove(place: Place, *folders: str) -> None:
    """Throw away artefacts with what their jobs said."""
    for folder in folders:
        for file in (place.results / folder).rglob("*"):
            if file.is_file():
                file.unlink()
