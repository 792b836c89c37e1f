"""The house in order: what is declared is what is used, the documents work, and the checkers find nothing."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from seqkd.config import load
from seqkd.corpus.source import all_jobs
from seqkd.losses import NAMES

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONFIGS = ["config.yaml", *sorted(f"configs/{file.name}" for file in (ROOT / "configs").glob("*.yaml"))]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "results/README.md",
    *(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")),
]
CODE = sorted([*(ROOT / "seqkd").rglob("*.py"), *(ROOT / "workflow").rglob("*.py")])

LONGEST_FILE, LONGEST_FUNCTION = 300, 50
LONG = {
    "seqkd/report/make.py:_context": "one flat list of what the page's template is given; parts would only hide it",
}
"""File, or file:function, to the reason why it may be longer."""
MODULES = {"yaml": "pyyaml", "mt_thresholds": "mt-thresholds", "pydantic_core": "pydantic-core"}
"""Modules whose distribution has another name."""
PROGRAMS = {"pip": "is run to fetch the default experiment's text"}
FROM_TORCH = re.compile("nvidia-|cuda-|triton")
"""Libraries for GPUs, which differ from machine to machine and are left to PyTorch."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in os.environ.items() if key != "SEQKD_CONFIG"} | environment
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=600, check=False
    )


def pins(lines: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", lines, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def requirements(extra: str = "") -> list[Requirement]:
    declared = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    return [Requirement(one) for one in declared]


# What is installed


def test_lock_holds_pins_and_comments_alone():
    other = [line for line in LOCK.splitlines() if line and not re.match(r"#|[A-Za-z0-9._-]+==[\w.]+$", line)]
    assert not other
    names = re.findall(r"^([^#=\s]+)==", LOCK, re.MULTILINE)
    assert len(names) == len(pins(LOCK)) > 70


@pytest.mark.parametrize("extra", ["", "slurm", "dev"])
def test_bounds_admit_the_pins(extra):
    for requirement in requirements(extra):
        assert requirement.specifier, f"{requirement.name} has no lower bound in pyproject.toml"
        assert requirement.specifier.contains(pins(LOCK)[canonicalize_name(requirement.name)]), str(requirement)


def installed_with(wanted: list[Requirement]) -> Iterator[str]:
    """The distributions that these and what they need are made of, as far as they are installed."""
    todo, seen = list(wanted), set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if (name, frozenset(one.extras)) in seen:
            continue
        seen.add((name, frozenset(one.extras)))
        yield name
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        needed = map(Requirement, needs)
        applies = {"", *one.extras}
        todo += [need for need in needed if not need.marker or any(need.marker.evaluate({"extra": e}) for e in applies)]


@pytest.mark.parametrize("extra", ["", "dev"])
def test_lock_pins_everything_that_gets_installed(extra):
    needed = {name for name in installed_with(requirements(extra)) if not FROM_TORCH.match(name)}
    assert needed >= {"torch", "numpy"} or extra
    assert needed - pins(LOCK).keys() == set()


def test_environment_has_the_pins_of_the_lock():
    environment = yaml.safe_load(read("envs/seqkd.yaml"))
    parts = [part for part in environment["dependencies"] if isinstance(part, dict)]
    run_time = LOCK[: LOCK.index("# Extra")]
    assert pins("\n".join(parts[0]["pip"])).items() == pins(run_time).items() - {("pip", pins(LOCK)["pip"])}
    assert "python=3.11" in environment["dependencies"]
    assert [file.name for file in (ROOT / "envs").iterdir()] == ["seqkd.yaml"]


def imported(files: list[Path]) -> set[str]:
    """Top-level modules that are neither ours nor Python's."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    own = {"seqkd", "benchmarks", "tools", "toy"}
    return {MODULES.get(name, name) for name in found - sys.stdlib_module_names - own}


def test_what_is_imported_is_declared_and_the_other_way_round():
    declared = {requirement.name for requirement in requirements()}
    assert imported(CODE) == declared - PROGRAMS.keys()


def test_what_tests_import_is_declared():
    declared = {requirement.name for requirement in requirements() + requirements("dev")}
    local = {file.stem for file in (ROOT / "tests").rglob("*.py")}
    assert imported(sorted((ROOT / "tests").rglob("*.py"))) - local - declared == set()


def test_one_version_everywhere():
    from seqkd import __version__

    cited = yaml.safe_load(read("CITATION.cff"))
    assert __version__ == PROJECT["version"] == str(cited["version"])
    assert "## [Unreleased]" in read("CHANGELOG.md") or f"## [{__version__}]" in read("CHANGELOG.md")


# Commands, configs and links in the documents


def test_ci_runs_the_readmes_test_command():
    lines = [line for line in read("README.md").splitlines() if "-m venv" in line]
    assert [line.rsplit("&& ", 1)[1] for line in lines] == ["snakemake --cores 8 results/report.html", "pytest"]
    assert [line for line in read(".ci/run").splitlines() if "venv" in line and not line.startswith("#")] == [lines[1]]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def blocks() -> list[tuple[str, str]]:
    found = []
    for name in DOCUMENTS:
        found += [
            (name, block) for block in re.findall(r"```yaml\n(.*?)```", read(name), re.DOTALL) if "corpus:" in block
        ]
    return found


@pytest.mark.parametrize("name", CONFIGS)
def test_config_loads_and_its_jobs_can_be_planned(name, tmp_path):
    config = load(ROOT / name)
    assert config.title
    for job in all_jobs(config.corpus):
        for file in job.local_files:  # what the config asks the user to put there
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text("a line\n")
    done = run("-m", "snakemake", "-n", "results/report.html", "--directory", str(tmp_path), "--configfile", name)
    assert done.returncode == 0, done.stdout + done.stderr
    students = re.search(r"^train_student +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    assert students and int(students[1]) == len(config.students) * len(config.seeds)


def test_configs_in_the_documents_load():
    assert {name for name, _ in blocks()} >= {"README.md", "docs/tutorial.md"}
    for name, block in blocks():
        assert load(yaml.safe_load(block), name).students


def test_full_table_is_whole():
    """The rows of Kim & Rush's table 1, as docs/methods.md writes them, and the other two papers' are in bible-full."""
    config = load(ROOT / "configs/bible-full.yaml")
    rows = {
        (student.targets, tuple(sorted(student.loss)), bool(student.init_from))
        for name, student in config.students.items()
        if not name.startswith("teacher")
    }
    both = ("nll", "word-kd")
    assert rows >= {
        ("gold", ("nll",), False),
        ("gold", both, False),
        ("seq-kd", ("nll",), False),
        ("seq-kd", both, False),
        ("seq-inter", ("nll",), True),
        ("seq-inter", both, True),
        ("gold", ("nll",), True),
    }
    assert config.students["teacher+seq-inter"].init_from == "base"
    assert config.decode.n_best.size == 35 and config.decode.n_best.fraction == 0.5
    assert len(config.prune.students) == 2
    tried = {name for student in config.students.values() for name in student.loss}
    assert tried >= {"tie-kd", "top1-kd", "topk-kd", "no-top1-kd", "hidden-states", "kl", "rkl", "js", "tvd", "engine"}


def test_every_objective_is_tried_and_every_statement_has_its_systems():
    tried = {name for student in load(ROOT / "configs/captions.yaml").students.values() for name in student.loss}
    assert tried == set(NAMES)
    config = load(ROOT / "configs/captions-claims.yaml")
    assert len(config.seeds) == 3 and {len(teacher.seeds) for teacher in config.teachers.values()} == {1}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    targets = re.findall(r"\]\(([^)#]+)\)", read(name))
    here = [target for target in targets if "://" not in target]
    assert [target for target in here if not ((ROOT / name).parent / target).exists()] == []


# The tree


def ours() -> list[Path]:
    """Files under version control, or all that look like it where this is no checkout."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [ROOT / name for name in listed.stdout.splitlines()] if listed.returncode == 0 else CODE
    return [file for file in found if file.is_file() and file.suffix not in {".png", ".ico"}]


def test_no_file_names_one_machine():
    foreign = re.compile(
        r"\.\./shared|(?<![\w.-])/(?:work|farm|home|root)/|pypi\.org|pythonhosted|deb\.debian|npmjs|(?<!User-)\bagents?\b"
        r"|this session|/opt/(?:wheels|pypi)",
        re.IGNORECASE,
    )
    files = [file for file in ours() if file != Path(__file__)]
    assert len(files) > 100
    found = [
        f"{file.relative_to(ROOT)}: {hit[0]}" for file in files if (hit := foreign.search(file.read_text("utf-8")))
    ]
    assert found == []


def sizes(file: Path) -> Iterator[tuple[str, int, int]]:
    """A file and its functions: name, lines (a function's without its docstring), lines allowed."""
    name, text = file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
    yield name, text.count("\n"), LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = len((ast.get_docstring(node, clean=False) or "").splitlines())
            yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1 - words, LONGEST_FUNCTION


VAGUE = {"one", "own", "found", "known", "told", "whole", "wanted"}
"""Names of variables that say nothing of what they hold."""


def test_variables_are_named_by_what_they_hold():
    vague = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""
            if name in VAGUE:
                vague.add(f"{file.relative_to(ROOT)}:{node.lineno}: {name}")
    assert not vague


PLAIN = {
    r"\bcards?\b": "GPU",
    r"(?<!platform\.)\bprocessors?\b": "CPU",
    r"\banew\b": "from scratch",
    r"\b(is|are) told\b": "reported",
}
"""Words that docs and messages do without, and what they say instead."""


def test_docs_and_messages_use_the_words_of_the_field():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *CODE]
    odd = [
        f"{file.relative_to(ROOT)}: {match[0]}, say {word}"
        for file in files
        for pattern, word in PLAIN.items()
        for match in re.finditer(pattern, file.read_text(encoding="utf-8"))
        if "tables" not in file.parts  # words of the captions
    ]
    assert not odd


def test_files_and_functions_are_short():
    measured = [one for file in CODE for one in sizes(file)]
    long = {name for name, lines, allowed in measured if lines > allowed}
    assert long == LONG.keys(), "too long, or listed in LONG without need"


def test_reading_config_and_plan_imports_no_torch():
    code = (
        "import sys; from pathlib import Path; from seqkd.config import load; import seqkd.pipeline.experiment;"
        "from seqkd.pipeline.graph.fingerprint import Code; from seqkd.pipeline.graph.plan import Plan;"
        "plan = Plan(load(Path('config.yaml')), Code(Path('.')), lambda paths: {});"
        "assert len(plan.steps) > 20; print(sorted({'torch', 'pandas', 'sacrebleu'} & sys.modules.keys()))"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("snakefmt", "--check", "Snakefile", "workflow"),
        ("snakemake", "--lint"),
    ],
    ids=" ".join,
)
def test_checker_finds_nothing(command):
    done = run("-m", *command, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stdout + done.stderr
