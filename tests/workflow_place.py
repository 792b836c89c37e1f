"""A clone of the workflow and a folder it runs in, which tests copy and edit."""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml
from toy import pairs

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "workflow" / "toy.yaml"
PARTS = ("Snakefile", "config.yaml", "envs", "profiles", "seqkd", "workflow")
TEXTS = {"train": slice(0, 40), "dev": slice(40, 48), "test": slice(48, 56), "extra": slice(56, 64)}


@dataclass
class Place:
    """A clone, a working directory with results, and the config there."""

    clone: Path
    work: Path

    @property
    def config(self) -> Path:
        return self.work / "toy.yaml"

    def edit_config(self, change) -> None:
        content = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        change(content)
        self.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def edit_code(self, name: str, before: str, after: str) -> None:
        path = self.clone / name
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{name} holds no {before!r}"
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        whole = [sys.executable, "-m", "snakemake", "--snakefile", str(self.clone / "Snakefile")]
        whole += ["--configfile", str(self.config)] if self.config.exists() else []
        return [*whole, "--directory", str(self.work), *arguments]

    @property
    def results(self) -> Path:
        return self.work / "results"

    def snakemake(self, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run Snakemake; ``path`` is a folder of modules that Python finds before its installed ones."""
        environment = os.environ | {"OMP_NUM_THREADS": "1"} | ({"PYTHONPATH": str(path)} if path else {})
        return subprocess.run(
            self.command(*arguments),
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start Snakemake in a process group of its own, as in a terminal; what it says is added to run.log."""
        variables = os.environ | {"OMP_NUM_THREADS": "1"} | environment
        with (self.work.parent / "run.log").open("ab") as said:
            return subprocess.Popen(
                self.command(*arguments),
                cwd=self.work,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                preexec_fn=_as_in_a_terminal,
            )

    def dry_run(self, *targets: str) -> set[str]:
        """The jobs a dry run announces, named by their logs, e.g. ``train_student/word-kd/1``."""
        done = self.snakemake(*targets, "-n")
        assert done.returncode == 0, done.stdout + done.stderr
        self.said = done.stdout + done.stderr
        jobs = set(re.findall(r"\(follow it in results/logs/(\S+)\.log\)", self.said))
        assert jobs or "Nothing to be done" in self.said, self.said
        return jobs


def _as_in_a_terminal() -> None:
    """Neither nohup around the tests is meant nor their shell's background, where Ctrl-C is ignored."""
    for ignored in (signal.SIGHUP, signal.SIGINT):
        signal.signal(ignored, signal.SIG_DFL)


def copy(place: Place, to: Path, *, records: bool = True) -> Place:
    """The same again elsewhere; without ``records`` Snakemake's own are left behind."""
    ignored = shutil.ignore_patterns("__pycache__", *([] if records else [".snakemake"]))
    return Place(
        Path(shutil.copytree(place.clone, to / "clone", ignore=ignored)),
        Path(shutil.copytree(place.work, to / "work", ignore=ignored)),
    )


def write_texts(folder: Path) -> None:
    everything = pairs(64)
    for name, part in TEXTS.items():
        for side, language in enumerate(("xx", "yy")):
            text = "".join(f"{pair[side]}\n" for pair in everything[part])
            (folder / f"{name}.{language}").write_text(text, encoding="utf-8")


def new(folder: Path) -> Place:
    """A clone and a working directory in which nothing has run."""
    clone, work = folder / "clone", folder / "work"
    clone.mkdir()
    work.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, clone / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, clone / part)
    write_texts(work)
    shutil.copy(TOY, work / "toy.yaml")
    return Place(clone, work)
