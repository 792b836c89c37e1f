"""The drawings in docs/design.md are those of the code, and results/README.md has every folder that rules write."""

import ast
import re
from pathlib import Path

from tools.architecture import imports, page, reduced

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "docs" / "design.md"


def test_the_drawings_are_up_to_date() -> None:
    text = DESIGN.read_text(encoding="utf-8")
    assert text.count("```mermaid") == 2
    assert page(text) == text, "docs/design.md is out of date; run `python tools/architecture.py`"


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    assert reduced({("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")}) == {("a", "b"), ("b", "c"), ("a", "d")}


def test_the_nodes_of_a_cycle_count_as_one() -> None:
    cycle = {("a", "b"), ("b", "a")}
    assert reduced(cycle | {("a", "c"), ("b", "d"), ("c", "d")}) == cycle | {("a", "c"), ("c", "d")}


def test_imports_inside_functions_for_types_and_by_name_count() -> None:
    code = """
import seqkd.corpus.read, torch
from seqkd.models import base as model
if TYPE_CHECKING:
    from seqkd.losses.nll import loss
def late():
    from pathlib import Path
    return import_module("seqkd.scoring"), print("seqkd is a package")
"""
    names = {"seqkd.corpus.read", "seqkd.models.base", "seqkd.losses.nll.loss", "seqkd.scoring"}
    assert set(imports(ast.parse(code))) == names


def test_every_folder_that_a_rule_writes_is_in_the_map_of_results() -> None:
    rules = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "workflow" / "rules").glob("*.smk"))
    folders = set(re.findall(r'"results/(\w+)/', rules))
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    assert len(folders) > 10
    assert [folder for folder in sorted(folders) if f"`{folder}/" not in text] == []
