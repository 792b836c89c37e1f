"""Marian's trainer as a side: its process is stopped and continued so that it can take turns.

Marian cannot run a single update on request. It logs every few updates with their number of target tokens (including
end of sentence); a turn lasts from continuing the process to that line.
"""

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.rows import Turn
from benchmarks.turns import SideError, cores, environment, last_line

PROGRESS = re.compile(r"Up\. (\d+) :.*?\* ([\d,]+) (?:@ [\d,]+ )?after")


class MarianTrainer:
    """Starts immediately; the time before the first turn is not measured."""

    def __init__(self, python: Path, settings: dict[str, Any], threads: int, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log, self.buffer = log, b""
        self.process = subprocess.Popen(
            [python.parent / "pymarian", *command(settings, threads, log.parent)],
            env=environment(1),  # each Marian thread is a worker, which must not start more threads
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert self.process.stderr is not None
        self.pipe = self.process.stderr.fileno()
        os.sched_setaffinity(self.process.pid, cores(threads))
        self._read_until(b"Training started")
        os.kill(self.process.pid, signal.SIGSTOP)

    def turn(self) -> Turn:
        """From continuing to the next progress line. Output from before the process was stopped is discarded."""
        while select.select([self.pipe], [], [], 0.05)[0]:
            self._read()
        self.buffer = b""
        start = time.perf_counter()
        os.kill(self.process.pid, signal.SIGCONT)
        line = self._read_until(b": Up. ")
        seconds = time.perf_counter() - start
        os.kill(self.process.pid, signal.SIGSTOP)
        match = PROGRESS.search(line)
        if match is None:
            raise SideError(f"Marian's log has an unexpected format: {line}")
        return Turn(seconds, int(match[2].replace(",", "")))

    def _read_until(self, marker: bytes) -> str:
        """Read up to the end of the first line that contains ``marker``, and return that line."""
        while True:
            lines = self.buffer.split(b"\n")
            for line in lines[:-1]:
                if marker in line:
                    return line.decode("utf-8", "replace")
            self._read()

    def _read(self) -> None:
        """Read available output, or wait for it."""
        chunk = os.read(self.pipe, 1 << 16)
        with self.log.open("ab") as handle:
            handle.write(chunk)
        if not chunk:
            raise SideError(f"Marian ended: {last_line(self.log)}")
        self.buffer += chunk

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def command(settings: dict[str, Any], threads: int, folder: Path) -> list[str]:
    """Marian's arguments: our model, our batch size in tokens, threads that share each batch."""
    model = settings["model"]
    lengths = ["--mini-batch-words", str(settings["batch_tokens"]), "--maxi-batch", "100"]
    text = [settings["corpus"] + "/train.src", settings["corpus"] + "/train.tgt"]
    tokenizers = [settings["tokenizer"] + "/src.spm", settings["tokenizer"] + "/tgt.spm"]
    return [
        "train", "--model", str(folder / "marian.npz"), "--overwrite", "--train-sets", *text, "--vocabs", *tokenizers,
        "--type", "transformer", "--enc-depth", str(model["encoder_layers"]), "--dec-depth",
        str(model["decoder_layers"]), "--dim-emb", str(model["dim"]), "--transformer-dim-ffn", str(model["ffn_dim"]),
        "--transformer-heads", str(model["heads"]), "--transformer-ffn-activation", "relu",
        "--transformer-preprocess", "n", "--transformer-postprocess", "da", "--transformer-postprocess-top", "n",
        "--transformer-dropout", str(model["dropout"]), "--tied-embeddings-all", "--label-smoothing", "0.1",
        "--optimizer", "adam", "--learn-rate", "0.0005", "--clip-norm", "1", "--cost-type", "ce-sum",
        "--cpu-threads", str(threads), "--sync-sgd", *lengths, "--max-length", "200", "--shuffle-in-ram",
        "--workspace", "3000", "--disp-freq", f"{settings['updates']}u", "--save-freq", "1000000u", "--seed", "1",
        "--after-epochs", "100000",
    ]  # fmt: skip
