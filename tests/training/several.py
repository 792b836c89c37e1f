"""Trainings in several processes for tests: ``run_distributed`` starts torchrun, which runs this file."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import torch
from test_trainer import LSTM, MODEL, train

from seqkd.training import trainer
from seqkd.training.distributed import ProcessGroup, join_process_group
from seqkd.training.train_step import TrainStep

ROOT = Path(__file__).parents[2]
MODELS = {"transformer": MODEL, "lstm": LSTM}


def run_distributed(toy, cases: list[dict], folder: Path, count: int = 2) -> None:
    """Run trainings one after the other, all in the same ``count`` processes."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "cases.json").write_text(json.dumps(cases, default=str))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    command += [__file__, toy.tokenizer, toy.corpus, folder / "cases.json"]
    python_path = os.pathsep.join(map(str, [ROOT, ROOT / "tests", Path(__file__).parent]))
    environment = os.environ | {"PYTHONPATH": python_path, "OMP_NUM_THREADS": "1", "SEQKD_DIST_TIMEOUT": "60"}
    done = subprocess.run(
        list(map(str, command)), env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def run_case(toy, case: dict, processes: ProcessGroup):
    """A training; ``stop_at`` interrupts it after that update, ``memory`` is the number of rows that fit, by rank."""
    options = {name: Path(value) if name in ("teacher", "start", "stored") else value for name, value in case.items()}
    folder, stop_at, memory = Path(options.pop("folder")), options.pop("stop_at", 0), options.pop("memory", {})
    options["model"] = MODELS[options.pop("model", "transformer")]
    limit, trained = memory.get(str(processes.rank)), None
    with (
        catch_signals(stop_at) if stop_at else nullcontext(),
        limited_memory(limit) if limit else nullcontext() as failed,
    ):
        trained = train(toy, folder, processes=processes, **options)
    if failed is not None:
        folder.mkdir(exist_ok=True)
        (folder / f"failed-{processes.rank}").write_text(str(len(failed)))
    return trained


@contextmanager
def catch_signals(update: int):
    """Save the state after an update and stop there."""
    evaluate = trainer.Trainer.evaluate_if_due

    def interrupted(self, stop):
        evaluate(self, stop)
        if self.state.update == update:
            self.save()
            raise KeyboardInterrupt

    with patch.object(trainer.Trainer, "evaluate_if_due", interrupted):
        try:
            yield
        except KeyboardInterrupt:
            return


@contextmanager
def limited_memory(max_rows: int):
    """A forward pass on more than ``max_rows`` rows runs out of memory; yields the failures."""
    normalised_loss, failed = TrainStep.normalised_loss, []

    def limited(self, forward, *arguments):
        if forward.rows.stop - forward.rows.start > max_rows:
            failed.append(forward.rows)
            (forward.hidden.sum() * 0.1).backward()  # earlier microbatches have left their gradient
            raise torch.OutOfMemoryError("fake")
        return normalised_loss(self, forward, *arguments)

    with patch.object(TrainStep, "normalised_loss", limited):
        yield failed


def main() -> None:
    """Entry point of each process."""
    torch.set_num_threads(1)
    tokenizer, corpus, cases = map(Path, sys.argv[1:])
    process = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), "cpu"
    join_process_group(*process)
    for case in json.loads(cases.read_text()):
        run_case(SimpleNamespace(tokenizer=tokenizer, corpus=corpus), case, ProcessGroup(*process))


if __name__ == "__main__":
    main()
    os._exit(0)  # see join_process_group
