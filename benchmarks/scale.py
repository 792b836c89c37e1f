"""Memory, time and disk of every stage against the size of the corpus, and of planning against the number of jobs.

    python benchmarks/scale.py --out docs/scale.json --page docs/scale.md --pairs 100000 1000000 5000000
    python benchmarks/scale.py --out docs/scale.json --page docs/scale.md --shards 100 1000 10000
    python benchmarks/scale.py --out docs/scale.json --page docs/scale.md --training

Results are added to the JSON, and the tables between the page's markers are rewritten. Five million pairs need 10 GB
of disk below --work.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.growing import STAGES, UNMEASURED  # noqa: E402
from benchmarks.scale_tables import write_tables  # noqa: E402
from seqkd.scoring.speed import cpu_name  # noqa: E402
from seqkd.utils.files import write_json  # noqa: E402

Json = dict[str, Any]

FILES = {
    "cleaned text": "corpus/train.*",
    "ids of the references": "tokenizer/train/*",
    "decode shards, one translation a sentence": "decode/0*.jsonl",
    "targets: text and ids": "targets/*",
}
"""Artefacts whose size grows with the corpus."""
MODELS = {
    "6+6, d 512, ffn 2048 (Transformer base)": {
        "encoder_layers": 6,
        "decoder_layers": 6,
        "dim": 512,
        "ffn_dim": 2048,
        "heads": 8,
    },
    "6+2, d 256, ffn 1024": {"encoder_layers": 6, "decoder_layers": 2, "dim": 256, "ffn_dim": 1024, "heads": 4},
    "2+1, d 128, ffn 512": {"encoder_layers": 2, "decoder_layers": 1, "dim": 128, "ffn_dim": 512, "heads": 4},
}
VOCABULARY, BATCH_TOKENS, UPDATES = 32_000, 4096, 2


@dataclass(frozen=True)
class Run:
    """A finished process: its output, its seconds, and its peak anonymous memory in bytes (memory-mapped files, which
    the system can evict, are not counted)."""

    output: str
    seconds: float
    memory: int


def run_monitored(command: list[str], log: Path, **variables: str) -> Run:
    """Run a program and record its peak memory.

    Raises:
        SystemExit: it failed; ``log`` says why.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | variables
    began, peak = time.perf_counter(), 0
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=ROOT)
        output: list[str] = []
        reader = threading.Thread(target=lambda: output.append(process.stdout.read()))  # type: ignore[union-attr]
        reader.start()
        while process.poll() is None:
            peak = max(peak, anonymous_memory(process.pid))
            time.sleep(0.02)
    reader.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: status {process.returncode}, see {log}")
    return Run(output[0], time.perf_counter() - began, peak)


def anonymous_memory(process: int) -> int:
    """Bytes of memory not backed by a file; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def corpora(pairs: int, stages: list[str], work: Path) -> Iterator[Json]:
    """Run stages on a corpus of ``pairs`` pairs, one after the other, and measure the disk space they take."""
    folder = work / str(pairs)
    for stage in stages:
        command = [sys.executable, "-m", "benchmarks.growing", stage, str(folder), str(pairs)]
        run = run_monitored(command, work / f"{stage}.log")
        result = json.loads(run.output.splitlines()[-1])
        say(f"{pairs:>9,} {stage:<13} {result['seconds']:8.1f} s {run.memory / 1e6:8.0f} MB {result['facts']}")
        if stage not in UNMEASURED:
            yield {"stage": stage, "pairs": pairs, "memory": run.memory} | result
    for name, pattern in FILES.items():
        if size := sum(file.stat().st_size for file in folder.glob(pattern)):
            yield {"stage": "disk", "pairs": pairs, "artefact": name, "bytes_a_pair": round(size / pairs, 1)}


def planning(shards: int, work: Path) -> Json:
    """``snakemake -n`` for the report of an experiment with ``shards`` decode shards whose corpus exists."""
    folder = work / f"plan-{shards}"
    prepare_plan(folder, shards)
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    run_monitored([*snakemake, "--cores", "1", "results/corpus/manifest.json"], work / "corpus.log")
    run = run_monitored([*snakemake, "results/report.html", "-n", "--quiet", "rules"], work / "plan.log")
    table = [line.split() for line in (run.output + (work / "plan.log").read_text(encoding="utf-8")).splitlines()]
    jobs = max((int(cells[1]) for cells in table if len(cells) == 2 and cells[0] == "total"), default=0)
    say(f"{shards:>9,} shards, {jobs:,} jobs: {run.seconds:.1f} s {run.memory / 1e6:.0f} MB")
    return {"shards": shards, "stage": "plan", "jobs": jobs, "seconds": round(run.seconds, 2), "memory": run.memory}


def prepare_plan(folder: Path, shards: int) -> None:
    """A run's folder whose corpus has one sentence per shard."""
    import yaml

    sides = {}
    folder.mkdir(parents=True)
    for name, count in (("train", shards), ("dev", 5), ("test", 5)):
        sides[name] = {side: f"{name}.{side}" for side in ("src", "tgt")}
        for side in sides[name].values():
            (folder / side).write_text(
                "".join(f"{side} {number} is here\n" for number in range(count)), encoding="utf-8"
            )
    files = {"source": "files", "source_language": "de", "target_language": "en"}
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["corpus"] = files | {"train": sides["train"], "dev": sides["dev"], "test_sets": {"test": sides["test"]}}
    config["decode"]["shard_size"] = 1
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def training(work: Path) -> list[Json]:
    """Target tokens a second of training on one thread, and the number of parameters."""
    return [measure_training(name, model, work) for name, model in MODELS.items()]


def measure_training(name: str, model: Json, work: Path) -> Json:
    """The best of three turns."""
    from benchmarks.families.growth import random_ids
    from benchmarks.turns import Worker
    from seqkd.models import checkpoint
    from seqkd.models.transformer_settings import TransformerSettings

    settings = TransformerSettings(**model)
    options = {
        "model": settings.canonical(),
        "vocabulary": VOCABULARY,
        "batch_tokens": BATCH_TOKENS,
        "updates": UPDATES,
    }
    options |= {"precision": "bfloat16", "data": str(random_ids(work / "ids", 5000, 15, 45, VOCABULARY))}
    side = Worker("ours_training", options, 1, work / "training.log")
    try:
        turns = [side.turn() for _ in range(4)][1:]
    finally:
        side.close()
    parameters = sum(parameter.numel() for parameter in checkpoint.build(settings, VOCABULARY, VOCABULARY).parameters())
    rate = max(turn.amount / turn.seconds for turn in turns)
    say(f"{name}: {parameters / 1e6:.1f} M parameters, {rate:.0f} target tokens a second")
    return {"stage": "training", "model": name, "parameters": parameters, "tokens_a_second": round(rate)}


def say(text: str) -> None:
    """Print progress."""
    print(text, flush=True)


def add_rows(out: Path, rows: list[Json]) -> list[Json]:
    """Add rows to the JSON, replacing earlier rows of the same measurement; returns all rows."""
    stored = json.loads(out.read_text(encoding="utf-8")) if out.exists() else []
    new = {identity(row): row | {"machine": f"{cpu_name()}, {os.cpu_count()} cores"} for row in rows}
    updated = [*[row for row in stored if identity(row) not in new], *new.values()]
    write_json(out, updated)
    return updated


def identity(row: Json) -> tuple[Any, ...]:
    """Key of the measurement that a row holds."""
    return tuple(row.get(name) for name in ("stage", "pairs", "artefact", "shards", "model"))


def main() -> None:
    """Run the measurements selected on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the results; existing rows are kept")
    parser.add_argument("--page", type=Path, help="page whose tables are rewritten")
    parser.add_argument("--pairs", type=int, nargs="*", default=[], help="corpus sizes")
    parser.add_argument("--shards", type=int, nargs="*", default=[], help="numbers of decode shards to plan with")
    parser.add_argument("--training", action="store_true", help="measure tokens a second")
    parser.add_argument("--stages", nargs="*", default=["text", *STAGES], help="stages to measure; default all")
    parser.add_argument("--work", type=Path, help="folder for the corpora, which is kept; default a temporary one")
    arguments = parser.parse_args()
    with nullcontext(arguments.work) if arguments.work else tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        for pairs in arguments.pairs:
            for row in corpora(pairs, arguments.stages, work):
                add_rows(arguments.out, [row])
        for shards in arguments.shards:
            add_rows(arguments.out, [planning(shards, work)])
        rows = add_rows(arguments.out, training(work) if arguments.training else [])
    if arguments.page:
        write_tables(rows, arguments.page)


if __name__ == "__main__":
    main()
