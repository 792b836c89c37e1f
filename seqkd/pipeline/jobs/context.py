"""What every job does around its one library function: log, checks before, manifest after."""

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

import seqkd
from seqkd import manifest
from seqkd.corpus.jobs import modules_of
from seqkd.decoding import shares as decoding
from seqkd.errors import UserError, one_line
from seqkd.files import digest, sha256
from seqkd.losses import module_of
from seqkd.models import modules_of_model
from seqkd.pipeline import ROOT
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.jobs.disk_errors import trouble_of_disk
from seqkd.pipeline.jobs.distributed import serve, together
from seqkd.pipeline.jobs.locks import alone
from seqkd.pipeline.jobs.resources import devices
from seqkd.pipeline.jobs.state import begin, forget, left_by_others, spend, sweep
from seqkd.pipeline.slurm.requeue import going_on, watch
from seqkd.teacher import modules_of_stored

if TYPE_CHECKING:
    from seqkd.training.processes import Processes

Facts = dict[str, Any]
Join = Callable[["Job", list[Facts]], Facts]
"""What makes one result of those of several processes."""


@dataclass(frozen=True)
class Job:
    """One job as its script sees it.

    Attributes:
        rule: the rule as this project names it; in a workflow that uses it as a module it may have another name.
        settings: exactly what the step reads of the config.
        made_by: settings, code and the keys of the steps before; see ``seqkd.pipeline.graph.plan.Step``.
        inputs: name to the manifests of the steps before.
        outputs: declared files, the manifest first.
        results: the folder of all artefacts: ``results``, below the prefix of a module.
        state: a folder that outlives a killed job; see ``seqkd.pipeline.jobs.state`` for its end.
        devices: what it computes on, ``cpu`` or ``cuda:0``; a process each where there are several.
        rank: which of these processes this is.
    """

    rule: str
    settings: dict[str, Any]
    made_by: dict[str, Any]
    inputs: dict[str, list[Path]]
    outputs: list[Path]
    results: Path
    wildcards: dict[str, str]
    state: Path
    devices: tuple[str, ...] = ("cpu",)
    rank: int = 0

    @property
    def device(self) -> str:
        """What this process computes on."""
        return self.devices[self.rank]

    @property
    def part(self) -> tuple[int, int]:
        """Which of how many parts of the work this process does."""
        return self.rank, len(self.devices)

    def processes(self) -> "Processes":
        """The processes of a training, met here for the first time."""
        from seqkd.training.processes import join

        return join(*self.part, self.device)

    @property
    def manifest(self) -> Path:
        """Path of the job's manifest."""
        return self.outputs[0]

    @property
    def folder(self) -> Path:
        """The folder of the artefact."""
        return self.manifest.parent

    def input(self, name: str) -> Path:
        """Folder of the artefact before this one that is called ``name``."""
        return self.inputs[name][0].parent

    def optional(self, name: str) -> Path | None:
        """The same, or None if the step has no such input."""
        return self.input(name) if name in self.inputs else None

    def shards(self) -> list[Path]:
        """Decode shards, in order."""
        return [one.with_name(one.name.replace("manifest.json", "jsonl")) for one in self.inputs["shards"]]

    def downloads(self) -> dict[str, Path]:
        """Downloaded files by name."""
        folders = [one.parent for one in self.inputs.get("downloads", [])]
        return {folder.name: folder / folder.name for folder in folders}


def first(job: Job, facts: list[Facts]) -> Facts:
    """Of processes that all find the same, what the first one found."""
    return facts[0]


def run(work: Callable[[Job], Facts], join: Join | None = None) -> None:
    """Do the job of the script that calls this; after a mistake of the user's, told in one line, it ends with status 1.

    Snakemake puts its description of the job into the script as a global variable; where there is none, this is one of
    several processes that such a job has started. Only jobs that can ``join`` what these find are divided, and take
    another device than the processor.
    """
    main = vars(sys.modules["__main__"])
    if "snakemake" not in main:
        serve(work, Path(sys.argv[1]))
    snakemake = main["snakemake"]
    terminal, log = os.dup(2), Path(snakemake.log[0])
    try:
        _into_log(log)
        _limit_threads(snakemake.threads)
        watch()
        job = _job(snakemake)
        if join is not None:
            job = replace(job, devices=devices(snakemake.resources, snakemake.threads))
            _limit_threads(snakemake.threads // len(job.devices))
        lock = job.results / ".state" / "locks" / digest(str(job.manifest))
        with going_on(job.state), alone(lock, digest(job.made_by), str(job.folder)):
            _do(work if len(job.devices) == 1 or join is None else _divided(join), job)
    except UserError as error:
        logging.getLogger(__name__).error("%s", error)
        os.write(terminal, f"{snakemake.rule}: {error}\n".encode())
        sys.exit(1)
    except Exception as error:
        trouble = trouble_of_disk(error)
        with suppress(OSError):  # the log may lie on the disk that is full
            print(trouble or traceback.format_exc(), file=sys.stderr, flush=True)
        told = trouble or one_line(f"{type(error).__name__}: {error}")
        os.write(terminal, f"{snakemake.rule}: {told[:300]} (details in {log})\n".encode())
        sys.exit(1)


def _divided(join: Join) -> Callable[[Job], Facts]:
    """The work of a job that several processes do."""
    return lambda job: join(job, together(job))


def _do(work: Callable[[Job], Facts], job: Job) -> None:
    _same_code(job)
    inputs = {one.relative_to(job.results).as_posix(): sha256(one) for many in job.inputs.values() for one in many}
    for many in job.inputs.values():
        for one in many:
            manifest.verify(one)
            _date_back(one)
    if _is_made(job, inputs):
        return
    job.manifest.unlink(missing_ok=True)
    sweep(job.state.parent)
    _prepare_state(job)
    _remove_halves(job)
    try:
        facts = work(job)
    except Exception:
        forget(job.state)
        raise
    _remove_other_shards(job)
    files = [os.path.relpath(file, job.folder) for file in job.outputs[1:]]
    manifest.write(job.manifest, job.made_by, inputs, files, facts)
    spend(job.state, job.manifest)


def _date_back(file: Path) -> None:
    """Snakemake takes no output that is older than an input, which once the clock has gone back would be every one."""
    if file.stat().st_mtime > time.time():
        with suppress(OSError):
            os.utime(file)


def _prepare_state(job: Job) -> None:
    """Make the job's state folder, unless a killed job left one; tell of one that other settings or code left."""
    if not job.state.is_dir():
        for state, differs in left_by_others(job.state.parent, job.manifest, job.made_by):
            logging.getLogger(__name__).warning(
                "%s: the state of an unfinished job that was made otherwise (%s) is not used; this one starts anew. It "
                "is taken up again if you go back to what it was made by, else delete it.",
                state,
                differs,
            )
    begin(job.state, job.manifest, job.made_by)


def _remove_halves(job: Job) -> None:
    """What a job that was killed as it wrote a file left beside it; the lock says that nobody writes it now."""
    for file in job.outputs:
        for half in file.parent.glob(f".{glob.escape(file.name)}.*.part"):
            half.unlink()
    for half in job.state.glob(".*.part"):
        half.unlink()


def _remove_other_shards(job: Job) -> None:
    """Of an earlier, larger number of shards none may stay: the report counts what lies in the folder."""
    used = {(one.parent, one.name.split(".")[0]) for one in job.inputs.get("shards", ())}
    for folder in {folder for folder, _ in used}:
        for file in folder.iterdir():
            if (folder, file.name.split(".")[0]) not in used:
                file.unlink()


def _is_made(job: Job, inputs: dict[str, str]) -> bool:
    """Whether a process that this one waited for has made exactly this."""
    if not job.manifest.exists():
        return False
    try:
        found = manifest.verify(job.manifest)
    except UserError:
        return False
    return found.made_by == job.made_by and found.inputs == inputs and all(file.exists() for file in job.outputs)


def _same_code(job: Job) -> None:
    """The code must be that of this clone, and what it was when the run began: the manifest will say so."""
    place = Path(seqkd.__file__).resolve()
    if not place.is_relative_to(ROOT):
        raise UserError(f"{place}: another seqkd than this clone's was imported. Remove it (pip uninstall seqkd).")
    settings = job.settings
    modules = [*map(module_of, settings.get("loss", ())), *modules_of(settings.get("corpus", {}))]
    modules += decoding.modules_of(settings.get("kind"))
    modules += [*modules_of_model(settings), *modules_of_stored(settings)]
    if Code(ROOT).digest(f"workflow/scripts/{job.rule}.py", *modules) != job.made_by["code"]:
        raise UserError(
            "The code was edited since this run began. Run the same command again to go on with the new code."
        )


def _job(snakemake: Any) -> Job:
    made_by = snakemake.params.step
    named = {name: value for name, value in snakemake.input.items() if name != "first"}
    inputs = {
        name: [Path(one) for one in ([value] if isinstance(value, str) else value)] for name, value in named.items()
    }
    outputs = [Path(file) for file in snakemake.output]
    results = Path(os.path.commonpath([snakemake.log[0], outputs[0]]))  # every log is below results/logs
    identity = [str(outputs[0]), made_by, {str(one): sha256(one) for many in inputs.values() for one in many}]
    return Job(
        rule=Path(vars(sys.modules["__main__"])["__file__"]).stem,
        settings=made_by["settings"],
        made_by=made_by,
        inputs=inputs,
        outputs=outputs,
        results=results,
        wildcards=dict(snakemake.wildcards.items()),
        state=results / ".state" / digest(identity),
    )


def _into_log(path: Path) -> None:
    """Send all output, of C++ libraries and children too, to the log."""
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
