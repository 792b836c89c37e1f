"""Bad inputs through the command that people type: exit status, one line, and nothing outside results/."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from custom_losses import GOOD
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
    """The toy's config with some sections replaced, written to config.yaml, which is read where it lies."""
    content: dict[str, object] = yaml.safe_load(TOY.read_text(encoding="utf-8")) | changes
    (folder / "config.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return content


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The README's command, in that folder."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
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
    "a name with markup and a command": (
        {"students": {"<b>$(touch pwned)": {}}},
        "config.yaml: students.<b>$(touch pwned): a name has lower-case letters",
    ),
    "a key that would colour the terminal": ({"\x1b[31m": 1}, r"config.yaml: \x1b[31m: unknown key"),
    "Latin-1": (b"title: f\xfcr\n", "config.yaml: not UTF-8 text (byte 8). Save it as UTF-8."),
    "merges that double": (
        b"z0: &a0 {x: 1}\n" + b"".join(b"z%d: &a%d {<<: [*a%d, *a%d]}\n" % (i, i, i - 1, i - 1) for i in range(1, 60)),
        "config.yaml:16: not YAML as a config needs it: more than 100000 values; its aliases (&, *) repeat too much",
    ),
    "a template of Snakemake's that runs code": (
        b"__use_yte__: true\n__definitions__:\n  - open('pwned', 'w')\n",
        "config.yaml: ",
    ),
}


def refused(work: Path, *arguments: str) -> list[str]:
    """What is said of a config that is refused, and nothing made."""
    before = files(work)
    done = snakemake(work, *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert files(work) == before and not (work / "results").exists()
    return lines(done)


@pytest.mark.parametrize(("config", "line"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_is_refused_in_its_lines_alone(work: Path, config: dict[str, object] | bytes, line: str) -> None:
    if isinstance(config, bytes):
        (work / "config.yaml").write_bytes(config)
    else:
        edit(work, **config)
    said = refused(work)
    assert said[0].startswith(line)
    assert len(said) == 1 or (b"__definitions__" in config and all(one.startswith(line) for one in said))


def test_a_config_named_by_an_option_is_refused_as_well(work: Path) -> None:
    (work / "my.yaml").write_text("training: {updates: 0}\n", encoding="utf-8")
    (work / "over.yaml").write_text("training: {updates: true}\n", encoding="utf-8")
    (said,) = refused(work, "-n", "--configfile", "config.yaml", "my.yaml", "over.yaml")
    assert said == "config.yaml + my.yaml + over.yaml: training.updates: found true; must be a number"


def test_an_own_objective_cannot_end_the_run_as_if_all_were_well(work: Path) -> None:
    (work / "mine.py").write_text(GOOD + "import sys\nsys.exit(0)\n", encoding="utf-8")
    edit(work, prune={}, students={"baseline": {}, "mine": {"loss": {"nll": 0.5, "mine.py": 0.5}}})
    assert refused(work) == [
        "config.yaml: students.mine.loss: mine.py: cannot be imported (SystemExit: 0, line 10); fix the file"
    ]


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


def test_a_share_of_no_sentence_is_refused_before_the_teacher_is_trained(work: Path) -> None:
    edit(
        work,
        decode={"n_best": {"fraction": 0.004}},
        students={"baseline": {}, "inter": {"targets": "seq-inter"}},
        prune={},
    )
    done = snakemake(work, "results/students/inter/1/manifest.json", "--cores", "1")
    assert done.returncode == 1
    told = "decode.n_best.fraction: 0.004 of 40 training pairs is less than one; write at least 0.025, or add training data."
    assert lines(done).count(told) == 1
    assert "Traceback" not in done.stdout + done.stderr and not (work / "results/teachers").exists()
