"""What surrounds the one library function of every job: log, checks before, manifest after."""

import glob
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkd.pipeline import ROOT
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.step import code_of, provenance
from seqkd.pipeline.jobs import state
from seqkd.pipeline.jobs.disk_errors import explain_disk_error
from seqkd.pipeline.jobs.distributed import launch_workers, run_worker
from seqkd.pipeline.jobs.locks import artefact_lock
from seqkd.pipeline.jobs.resources import devices
from seqkd.pipeline.slurm.requeue import requeue_on_timeout, signal_before_timeout
from seqkd.utils import manifest
from seqkd.utils.errors import UserError, one_line
from seqkd.utils.files import digest, sha256

if TYPE_CHECKING:
    from seqkd.training.distributed import ProcessGroup

Stats = dict[str, Any]
"""Counts and statistics for the manifest."""
Join = Callable[["Job", list[Stats]], Stats]
"""Combines what the processes of a job return."""


@dataclass(frozen=True)
class Job:
    """One job as its script sees it.

    Attributes:
        script: name of the script.
        settings: exactly what the step reads of the config.
        provenance: settings, code and the keys of the steps before; see ``seqkd.pipeline.graph.step.Step``.
        inputs: name to the manifests of the steps before.
        outputs: declared files, the manifest first.
        results: the folder of all artefacts: ``results``, below the prefix of a module.
        state: a folder that outlives a killed job; see ``seqkd.pipeline.jobs.state``.
        devices: the device of each process, ``cpu`` or ``cuda:0``.
        rank: which of these processes this is.
    """

    script: str
    settings: dict[str, Any]
    provenance: dict[str, Any]
    inputs: dict[str, list[Path]]
    outputs: list[Path]
    results: Path
    wildcards: dict[str, str]
    state: Path
    devices: tuple[str, ...] = ("cpu",)
    rank: int = 0

    @property
    def device(self) -> str:
        """The device of this process."""
        return self.devices[self.rank]

    @property
    def shard(self) -> tuple[int, int]:
        """Which shard of the work this process does, and of how many."""
        return self.rank, len(self.devices)

    def processes(self) -> "ProcessGroup":
        """The processes of a training, which connect here."""
        from seqkd.training.distributed import join_process_group

        return join_process_group(*self.shard, self.device)

    @property
    def manifest(self) -> Path:
        """Path of the job's manifest."""
        return self.outputs[0]

    @property
    def folder(self) -> Path:
        """The folder of the artefact."""
        return self.manifest.parent

    def input(self, name: str) -> Path:
        """Folder of the artefact that the job reads as ``name``."""
        return self.inputs[name][0].parent

    def optional(self, name: str) -> Path | None:
        """The same, or None if the step reads none."""
        return self.input(name) if self.inputs.get(name) else None

    def shards(self) -> list[Path]:
        """Decode shards, in order."""
        return [path.with_name(path.name.replace("manifest.json", "jsonl")) for path in self.inputs["shards"]]

    def downloads(self) -> dict[str, Path]:
        """Downloaded files by name."""
        folders = [path.parent for path in self.inputs["downloads"]]
        return {folder.name: folder / folder.name for folder in folders}


def rank_zero(job: Job, stats: list[Stats]) -> Stats:
    """The stats of the first process, where all are equal."""
    return stats[0]


def run_job(function: Callable[[Job], Stats], join: Join | None = None) -> None:
    """Run the job of the calling script; a user error is reported in one line and ends it with status 1.

    Snakemake puts its description of the job into the script as a global variable; where there is none, this is a
    worker that such a job has started. Only jobs that can ``join`` the stats of workers are distributed, and use
    another device than the CPU.
    """
    main = vars(sys.modules["__main__"])
    if "snakemake" not in main:
        run_worker(function, Path(sys.argv[1]))
    snakemake = main["snakemake"]
    terminal, log = os.dup(2), Path(snakemake.log[0])
    try:
        _redirect_output(log)
        _limit_threads(snakemake.threads)
        signal_before_timeout()
        job = _job(snakemake, Path(main["__file__"]))
        if join is not None:
            job = replace(job, devices=devices(snakemake.resources, snakemake.threads))
            _limit_threads(snakemake.threads // len(job.devices))
        lock = job.results / ".state" / "locks" / digest(str(job.manifest))
        with requeue_on_timeout(job.state), artefact_lock(lock, digest(job.provenance), str(job.folder)):
            _execute(function if len(job.devices) == 1 or join is None else _distributed(join), job)
    except UserError as error:
        logging.getLogger(__name__).error("%s", error)
        os.write(terminal, f"{snakemake.rule}: {error}\n".encode())
        sys.exit(1)
    except Exception as error:
        disk_error = explain_disk_error(error)
        with suppress(OSError):  # the log may be on the disk that is full
            print(disk_error or traceback.format_exc(), file=sys.stderr, flush=True)
        message = disk_error or one_line(f"{type(error).__name__}: {error}")
        os.write(terminal, f"{snakemake.rule}: {message[:300]} (details in {log})\n".encode())
        sys.exit(1)


def _distributed(join: Join) -> Callable[[Job], Stats]:
    """The function of a job that runs in several workers."""
    return lambda job: join(job, launch_workers(job))


def _execute(function: Callable[[Job], Stats], job: Job) -> None:
    _check_code(job)
    manifests = [path for paths in job.inputs.values() for path in paths]
    inputs = {path.relative_to(job.results).as_posix(): sha256(path) for path in manifests}
    for path in manifests:
        manifest.verify(path)
        _clamp_mtime(path)
    if _already_done(job, inputs):
        return
    job.manifest.unlink(missing_ok=True)
    state.delete_finished(job.state.parent)
    _create_state(job)
    _remove_partial_files(job)
    try:
        stats = function(job)
    except Exception:
        state.remove_if_empty(job.state)
        raise
    _remove_unused_shards(job)
    files = [os.path.relpath(file, job.folder) for file in job.outputs[1:]]
    manifest.write(job.manifest, job.provenance, inputs, files, stats)
    state.mark_finished(job.state, job.manifest)


def _clamp_mtime(file: Path) -> None:
    """Snakemake rejects outputs that are older than an input, which after the clock went back would be all of them."""
    if file.stat().st_mtime > time.time():
        with suppress(OSError):
            os.utime(file)


def _create_state(job: Job) -> None:
    """Create the job's state unless a killed job left one; warn of one that other settings or code left."""
    if not job.state.is_dir():
        for folder, difference in state.abandoned(job.state.parent, job.manifest, job.provenance):
            logging.getLogger(__name__).warning(
                "%s: the state of an unfinished job with other settings or code (%s) is not used; this job starts from "
                "scratch. Undo the change to resume from that state, or delete it.",
                folder,
                difference,
            )
    state.create(job.state, job.manifest, job.provenance)


def _remove_partial_files(job: Job) -> None:
    """What a job that was killed while it wrote a file left next to it; the lock shows that nobody writes it now."""
    for file in job.outputs:
        for partial in file.parent.glob(f".{glob.escape(file.name)}.*.part"):
            partial.unlink()
    for partial in job.state.glob(".*.part"):
        partial.unlink()


def _remove_unused_shards(job: Job) -> None:
    """Delete shards that are left of an earlier, larger number: the report counts what the folder holds."""
    used = {(path.parent, path.name.split(".")[0]) for path in job.inputs.get("shards", ())}
    for folder in {folder for folder, _ in used}:
        for file in folder.iterdir():
            if (folder, file.name.split(".")[0]) not in used:
                file.unlink()


def _already_done(job: Job, inputs: dict[str, str]) -> bool:
    """Whether a process that this one waited for has made exactly this."""
    if not job.manifest.exists():
        return False
    try:
        existing = manifest.verify(job.manifest)
    except UserError:
        return False
    is_same = existing.provenance == job.provenance and existing.inputs == inputs
    return is_same and all(file.exists() for file in job.outputs)


def _check_code(job: Job) -> None:
    """The code must be what it was when the run began: the manifest will say so."""
    if Code(ROOT).digest(*code_of(job.script, job.settings)) != job.provenance["code"]:
        raise UserError("The code was edited since this run began. Run the same command again to use the new code.")


def _job(snakemake: Any, script: Path) -> Job:
    if script.resolve().parents[2] != ROOT:
        raise UserError(f"{ROOT}: another seqkd than this clone's was imported. Remove it (pip uninstall seqkd).")
    inputs = {
        name: [Path(value)] if isinstance(value, str) else [Path(path) for path in value]
        for name, value in snakemake.input.items()
        if name != "first_shard"
    }
    outputs, log, params = [Path(file) for file in snakemake.output], Path(snakemake.log[0]), snakemake.params
    results = Path(os.path.commonpath([log, outputs[0]]))  # every log is below results/logs/{rule}
    rule = log.relative_to(results / "logs").parts[0]  # a workflow that uses it as a module may rename it
    source = provenance(rule, params.settings, params.code, params.upstream)
    identity = [str(outputs[0]), source, {str(path): sha256(path) for paths in inputs.values() for path in paths}]
    return Job(
        script=script.stem,
        settings=params.settings,
        provenance=source,
        inputs=inputs,
        outputs=outputs,
        results=results,
        wildcards=dict(snakemake.wildcards.items()),
        state=results / ".state" / digest(identity),
    )


def _redirect_output(path: Path) -> None:
    """Send all output, also of C++ libraries and children, to the log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S", stream=sys.stderr
    )


def _limit_threads(threads: int) -> None:
    """Never more threads than the job was given; must come before torch is imported."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
        os.environ[name] = str(threads)
