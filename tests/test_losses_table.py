"""Documentation of the objectives: the command, the table of methods, every docstring."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqkd import losses
from seqkd.__main__ import main
from seqkd.cli.losses import about, cost
from seqkd.config import load
from tools import losses_table

ROOT = Path(__file__).parents[1]
BASE = {
    "corpus": {"source": "bible"},
    "models": {"large": {}, "small": {"dim": 128}, "shallow": {"encoder_layers": 2, "decoder_layers": 1}},
    "teachers": {"base": {"model": "large"}},
    "decode": {"samples": {"per_source": 8}},
}


def test_the_table_in_the_docs_is_up_to_date():
    text = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    assert losses_table.page(text) == text, "the docs are out of date; run `python tools/losses_table.py`"
    assert len(re.findall(re.escape(losses_table.HEAD), text)) == 1


def test_every_objective_is_a_method_and_every_method_a_student():
    assert {name for method in losses_table.TABLE for name in method.loss} == set(losses.NAMES)
    for method in losses_table.TABLE:
        start = {"model": "small"} if method.start == "scratch" else {"init_from": "first"}
        start = {"model": "shallow", "init_from": "base"} if method.start == losses_table.COPIED else start
        students = {"first": {"model": "small"}, "second": {"targets": method.targets, "loss": method.loss, **start}}
        assert load(BASE | {"students": students}).students["second"].targets == method.targets


@pytest.mark.parametrize("name", losses.NAMES)
def test_every_docstring_has_title_source_and_formula(name):
    doc = about(name)
    assert re.search(r"\d{4}", doc.source), doc
    assert re.match(r" {4}L +=", doc.body), doc.body


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ({"nll": {"weight": 1.0}}, "1 student"),
        ({"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}, "1 student, 1 teacher"),
        ({"nll": {"weight": 0.5}, "rkl": {"weight": 0.5}}, "2 student, 1 teacher, 1 sampling"),
        ({"js": {"weight": 0.5}, "rkl": {"weight": 0.5}}, "2 student, 2 teacher, 1 sampling"),
        ({"js": {"weight": 0.5}, "rkl": {"weight": 0.5, "top_k": 1}}, "3 student, 3 teacher, 2 sampling"),
        ({"nll": {"weight": 0.5}, "tie-kd": {"weight": 0.5, "iterations": 5}}, "5 student, 5 teacher"),
    ],
)
def test_costs_by_hand(loss, expected):
    assert cost(loss) == expected


def test_the_command_lists_one_name_per_line(capsys):
    assert main(["losses"]) == 0
    assert capsys.readouterr().out.splitlines() == list(losses.NAMES)


@pytest.mark.parametrize("name", losses.NAMES)
def test_the_command_describes_each(name, capsys):
    assert main(["losses", name]) == 0
    output = capsys.readouterr().out
    assert "    L " in output and f"prefixes: {losses.prefixes_of(name)[0]}" in output and "cost in passes: " in output
    for key, field in losses.settings_of(name).model_fields.items():
        assert f"  {key}: " in output and str(field.description) in output


def test_an_unknown_name_is_reported_with_a_suggestion(capsys):
    assert main(["losses", "tiekd"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("tiekd: no such objective; did you mean tie-kd?")


def test_the_command_needs_no_torch_and_is_declared():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"seqkd": "seqkd.__main__:main"}
    code = "import sys; from seqkd.__main__ import main; main(['losses', 'js']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0
