"""The toy experiment in two smaller variants, which together have every stage: those of ``captions`` are a known truth,
an ensemble, Seq-KD, pruning and speed, those of ``web`` downloads, n-best lists, samples and a stored teacher."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from workflow_place import write_texts

Change = Callable[[dict], None]


def of_captions(config: dict) -> None:
    """The corpus whose truth is known."""
    config["corpus"] = {"source": "captions", "train_pairs": 60, "dev_pairs": 5, "test_pairs": 12}
    config["tokenizer"] = {"vocab_size": 200}
    config["truth"] = {"sources": 6, "samples": 4}
    config["decode"]["shard_size"] = 30
    config["teachers"] |= {"other": {"model": "small"}, "both": {"ensemble": ["base", "other"]}}
    config["students"] = {"seq-kd": {"model": "small", "targets": "seq-kd"}}
    config["prune"] = {"students": ["seq-kd"], "sparsities": [0.8]}


@dataclass(frozen=True)
class Server:
    """The toy's texts, for everyone on this machine to fetch."""

    folder: Path
    port: int


class Slow(SimpleHTTPRequestHandler):
    """Takes two seconds to answer, so that a download can be killed."""

    def do_GET(self) -> None:
        time.sleep(2.0)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    write_texts(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Slow, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Server(folder, server.server_port)
    finally:
        server.shutdown()


def from_the_web(server: Server) -> Change:
    """The toy's texts downloaded."""

    def location(name: str) -> dict[str, str]:
        checksum = hashlib.sha256((server.folder / name).read_bytes()).hexdigest()
        return {"url": f"http://127.0.0.1:{server.port}/{name}", "sha256": checksum}

    def change(config: dict) -> None:
        for pair in (config["corpus"]["train"], config["corpus"]["dev"], config["corpus"]["test_sets"]["test"]):
            pair.update({side: location(name) for side, name in pair.items()})
        config["decode"]["shard_size"] = 100
        stored = {"loss": {"nll": 0.4, "word-kd": 0.6}, "teacher_top_k": 8}
        config["students"] = {"seq-inter": {"targets": "seq-inter"} | stored, "samples": {"targets": "samples"}}
        config["prune"], config["speed"] = {}, {"enabled": False}

    return change
