"""Try the scenarios that are named, or all: first the local run that they are held against, then several at a time."""

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from login import REPORT, ROOM, TRAINING, Driver, Failed, expect
from scenarios import ALONE, TOGETHER, prepared, whole
from workflow_place import Place


def finished(target: str) -> Place:
    """The same workflow, run locally."""
    place = Place(ROOM / "local/clone", ROOM / "local/work")
    if not place.work.exists():
        prepared("local")
    done = place.snakemake(target, "--cores", "2")
    expect(done.returncode == 0, done.stdout + done.stderr)
    return place


def tried(scenario: Callable[[Place], str], base: Place) -> bool:
    began = time.monotonic()
    try:
        said, well = scenario(base), True
    except Exception as error:
        said, well = str(error) if isinstance(error, Failed) else traceback.format_exc(), False
    print(f"{'ok' if well else 'FAILED'}: {scenario.__name__} ({time.monotonic() - began:.0f} s): {said}", flush=True)
    return well


def give_up(number: int, frame: FrameType | None) -> None:
    """run.sh has run out of patience: leave no process behind."""
    for driver in Driver.begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.process.pid, signal.SIGKILL)
    print("stopped before the end: too slow, or asked to", flush=True)
    os._exit(1)


def main(wanted: list[str]) -> int:
    os.environ.pop("PYTHONPATH", None)  # it was for this file; each clone finds its own code
    chosen = [one for one in (*TOGETHER, *ALONE) if not wanted or one.__name__ in wanted]
    base = finished(REPORT if whole in chosen else TRAINING)
    print("ok: the local run", flush=True)
    with ThreadPoolExecutor(4) as pool:
        well = list(pool.map(lambda one: tried(one, base), [one for one in chosen if one in TOGETHER]))
    well += [tried(one, base) for one in chosen if one in ALONE]
    print(f"{sum(well)} of {len(well)} scenarios went as they should")
    return 0 if all(well) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, give_up)
    sys.exit(main(sys.argv[1:]))
