"""Configs, names and paths that are unusual: each works, or is refused in one line before work starts."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from workflow_place import TOY, new

from seqkd.config import load
from seqkd.config.yaml_file import load_yaml
from seqkd.utils.errors import UserError

CONFIGS = {
    "a link to nowhere": (
        lambda folder: (folder / "config.yaml").symlink_to("gone.yaml"), "config.yaml: cannot be read (No such file"
    ),
    "another ending": (
        lambda folder: (folder / "config.yml").write_text("title: x\n"),
        "config.yml: is not read. Rename it to config.yaml, or give --configfile config.yml.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "line"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_that_is_meant_is_never_passed_over_for_the_default(tmp_path: Path, make, line: str) -> None:
    place = new(tmp_path)
    place.config.unlink()
    make(place.work)
    done = place.snakemake("-n")
    assert done.returncode == 1
    assert line in done.stderr and "Traceback" not in done.stdout + done.stderr


GIVEN = {
    "config.yaml is a link": ("config.yaml", (), ""),
    "--configfile names a link": ("link.yaml", ("--configfile", "link.yaml"), ""),
    "--configfile from standard input, a file": ("", ("--configfile", "/dev/stdin"), "<"),
    "--configfile from standard input, a pipe": ("", ("--configfile", "/dev/stdin"), "|"),
    "--configfile -": ("", ("--configfile", "-"), "<"),
}
"""A link to the config, options, and how the standard input gets the config."""


@pytest.mark.parametrize(("link", "options", "stdin"), GIVEN.values(), ids=GIVEN)
def test_a_config_is_read_wherever_it_comes_from_or_no_job_runs(tmp_path, link, options, stdin) -> None:
    """Snakemake reads a config twice, so that a pipe ends in its own words, as does a file that is not there."""
    place = new(tmp_path)
    config = place.config.rename(place.work / "real.yaml")
    if link:
        (place.work / link).symlink_to(config)
    command = place.command("-n", "results/tokenizer/manifest.json", *options)
    with config.open("rb") as file:
        given = {"stdin": file} if stdin == "<" else {"input": file.read()}
        done = subprocess.run(command, cwd=place.work, capture_output=True, check=False, **given)
    if stdin == "|" or "-" in options:
        assert done.returncode == 1 and b"snakemake/common/configfile.py" in done.stdout
        assert not place.results.exists()
    else:
        assert done.returncode == 0, done.stderr
        assert b"yy is not a registered language" in done.stderr


NAMES = ["a b", "it's", 'q"q', "$x", "$(touch x)", "a;b", "ü", "名", "50%", "{x}", "..", "a/b", "A", "-a", "a\nb", ""]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("section", ["students", "teachers", "models", "test_sets"])
def test_an_odd_name_is_refused_in_one_line(section: str, name: str) -> None:
    config = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    names = (config["corpus"] if section == "test_sets" else config)[section]
    names[name] = next(iter(names.values()))
    with pytest.raises(UserError, match="a name has lower-case letters, digits and") as refused:
        load(config)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("path", ["a\nb.xx", "\x1b[31m.xx", "\udcff.xx"])
def test_a_path_that_cannot_be_written_into_a_line_is_refused(path: str) -> None:
    config = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    config["corpus"]["train"]["src"] = path
    with pytest.raises(UserError, match=r"corpus\.train\.src: must be a path, without line breaks"):
        load(config)


def test_a_clone_with_a_brace_in_its_path_is_refused_before_work(tmp_path: Path) -> None:
    """Snakemake fills in braces in the paths of scripts."""
    (tmp_path / "{rule}").mkdir()
    place = new(tmp_path / "{rule}")
    done = place.snakemake("results/corpus/manifest.json", "--cores", "1")
    assert done.returncode == 1 and not place.results.exists()
    said = done.stderr.splitlines()
    assert said[-1].startswith(
        f"{place.clone}: Snakemake runs no script from a folder with a brace in its name. Rename"
    )


@pytest.mark.parametrize("name", ["1e3", "007", "1.5", "null", "true", "2014"])
def test_a_name_that_yaml_takes_for_something_else_needs_quotes(tmp_path: Path, name: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"title: x\nstudents:\n  {name}: {{}}\n", encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(f"config.yaml:3: not YAML as a config needs it: the key {name} is ")):
        load_yaml(file)
    file.write_text(f'students:\n  "{name}": {{}}\n', encoding="utf-8")
    assert load_yaml(file) == {"students": {name: {}}}


@pytest.mark.parametrize("name", ["all", "con", "yes", "results", "0x1"])
def test_a_student_may_have_an_odd_name(tmp_path: Path, name: str) -> None:
    place = new(tmp_path)
    place.edit_config(lambda config: config.update(students={"baseline": {}, name: {}}, prune={}))
    assert f"train_student/{name}/1" in place.dry_run()
