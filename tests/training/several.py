"""Trainings in several processes, as the tests ask for them: ``run_together`` starts torchrun, which runs this file."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import torch
from test_run import LSTM, MODEL, train

from seqkd.training import run
from seqkd.training.passes import Passes
from seqkd.training.processes import Processes, join

ROOT = Path(__file__).parents[2]
MODELS = {"transformer": MODEL, "lstm": LSTM}


def run_together(toy, cases: list[dict], folder: Path, count: int = 2) -> None:
    """Do trainings one after the other, all in the same ``count`` processes."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "cases.json").write_text(json.dumps(cases, default=str))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    command += [__file__, toy.tokenizer, toy.corpus, folder / "cases.json"]
    python = os.pathsep.join(map(str, [ROOT, ROOT / "tests", Path(__file__).parent]))
    environment = os.environ | {"PYTHONPATH": python, "OMP_NUM_THREADS": "1", "SEQKD_PATIENCE_SECONDS": "60"}
    done = subprocess.run(
        list(map(str, command)), env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def do(toy, case: dict, processes: Processes):
    """One training: ``stop_at`` interrupts it after that update, ``memory`` is for how many rows it suffices."""
    told = {name: Path(value) if name in ("teacher", "start", "stored") else value for name, value in case.items()}
    folder, stop_at, memory = Path(told.pop("folder")), told.pop("stop_at", 0), told.pop("memory", {})
    told["model"] = MODELS[told.pop("model", "transformer")]
    most, trained = memory.get(str(processes.rank)), None
    with stopping(stop_at) if stop_at else nullcontext(), short_of_memory(most) if most else nullcontext() as failed:
        trained = train(toy, folder, processes=processes, **told)
    if failed is not None:
        folder.mkdir(exist_ok=True)
        (folder / f"failed-{processes.rank}").write_text(str(len(failed)))
    return trained


@contextmanager
def stopping(update: int):
    """Save the state after an update and end there."""
    evaluate = run.Trainer.evaluate_if_due

    def interrupted(self, stop):
        evaluate(self, stop)
        if self.state.update == update:
            self.save()
            raise KeyboardInterrupt

    with patch.object(run.Trainer, "evaluate_if_due", interrupted):
        try:
            yield
        except KeyboardInterrupt:
            return


@contextmanager
def short_of_memory(most: int):
    """Memory suffices for so many rows of a pass that is trained on; gives the failures."""
    mean, failed = Passes.mean, []

    def limited(self, one, *rest):
        if one.rows.last - one.rows.first > most:
            failed.append(one.rows)
            (one.hidden.sum() * 0.1).backward()  # what came before the failure has left its gradient
            raise torch.OutOfMemoryError("fake")
        return mean(self, one, *rest)

    with patch.object(Passes, "mean", limited):
        yield failed


def main() -> None:
    """One of the processes."""
    torch.set_num_threads(1)
    tokenizer, corpus, cases = map(Path, sys.argv[1:])
    place = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), "cpu"
    join(*place)
    for case in json.loads(cases.read_text()):
        do(SimpleNamespace(tokenizer=tokenizer, corpus=corpus), case, Processes(*place))


if __name__ == "__main__":
    main()
    os._exit(0)  # see join
