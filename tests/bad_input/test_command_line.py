"""Bad inputs through the command that people type: exit status, one line, and nothing outside results/."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from own_losses import GOOD
from workflow_place import ROOT, TOY, write_texts

TOLD = ("Using workflow specific profile", "Assuming unrestricted shared filesystem", "host: ")
"""Beginnings of lines that Snakemake prints of itself."""
CORPUS = ("results/corpus/manifest.json", "--cores", "1")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A run's folder, of a name that no shell may see, with the toy experiment in it."""
    folder = tmp_path / "run $(touch pwned) 'x'; <b>"
    folder.mkdir()
    write_texts(folder)
    edit(folder)
    return folder


def edit(folder: Path, **changes: object) -> dict[str, object]:
    """The toy's config with some sections replaced, written to my.yaml."""
    content: dict[str, object] = yaml.safe_load(TOY.read_text(encoding="utf-8")) | changes
    (folder / "my.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return content


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The README's command, in that folder; it may take a minute and four gigabytes of addresses."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--configfile", "my.yaml"]
    names = {key: value for key, value in os.environ.items() if key not in ("SEQKD_CONFIG", "SEQKD_DATA")}
    return subprocess.run(
        [*command, *(arguments or ("-n", "results/report.html"))],
        cwd=folder,
        env=names | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def files(folder: Path) -> set[str]:
    """All that is there but results/ and Snakemake's own folder."""
    found = {path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*") if path.is_file()}
    return {path for path in found if f"{folder.name}/results/" not in path and "/.snakemake/" not in path}


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said on either channel, Snakemake's greetings apart."""
    said = (done.stdout + done.stderr).splitlines()
    return [line for line in said if line and not line.startswith(TOLD)]


CONFIGS = {
    "a number out of bounds": ({"training": {"updates": 0}}, "my.yaml: training.updates: must be greater than or"),
    "a name with markup and a command": (
        {"students": {"<b>$(touch pwned)": {}}},
        "my.yaml: students.<b>$(touch pwned): a name has lower-case letters",
    ),
    "a key that would colour the terminal": ({"\x1b[31m": 1}, r"my.yaml: \x1b[31m: unknown key"),
    "a teacher that is missing": ({"students": {"a": {"teacher": "b"}}}, "my.yaml: students.a.teacher: unknown name"),
}


@pytest.mark.parametrize(("changes", "line"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_is_refused_in_one_line_and_nothing_is_made(work: Path, changes: dict[str, object], line: str) -> None:
    edit(work, **changes)
    before = files(work)
    done = snakemake(work)
    assert done.returncode == 1
    (said,) = lines(done)
    assert said.startswith(line)
    assert files(work) == before and not (work / "results").exists()


def test_an_own_objective_cannot_end_the_run_as_if_all_were_well(work: Path) -> None:
    (work / "mine.py").write_text(GOOD + "import sys\nsys.exit(0)\n", encoding="utf-8")
    edit(work, students={"baseline": {}, "mine": {"loss": {"nll": 0.5, "mine.py": 0.5}}})
    done = snakemake(work)
    assert done.returncode == 1
    assert lines(done) == [
        "my.yaml: students.mine.loss: mine.py: cannot be imported (SystemExit: 0, line 10); mend the file"
    ]
    assert not (work / "results").exists()


def test_a_text_is_refused_by_its_job_and_nothing_half_made_is_left(work: Path) -> None:
    (work / "train.yy").write_bytes(gzip.compress((work / "train.yy").read_bytes())[:-30])
    before = files(work)
    done = snakemake(work, *CORPUS)
    assert done.returncode == 1
    said = [line for line in lines(done) if line.startswith("corpus: train.yy")]
    assert len(said) == 1 and "the gzip file is cut off near this line. Fetch or copy it again." in said[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert files(work) == before
    assert not list((work / "results" / "corpus").glob("*"))


def test_odd_names_of_files_reach_no_shell(work: Path) -> None:
    config = edit(work)
    for name in ("train.xx", "dev.yy"):
        odd = f"{name} $(touch pwned) `touch pwned` ; touch pwned # <b> '\""
        (work / name).rename(work / odd)
        part, side = name.split(".")
        config["corpus"][part]["src" if side == "xx" else "tgt"] = odd  # type: ignore[index]
    edit(work, corpus=config["corpus"])
    before = files(work)
    done = snakemake(work, *CORPUS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert files(work) == before
    assert len((work / "results/corpus/train.src").read_text(encoding="utf-8").splitlines()) == 40
