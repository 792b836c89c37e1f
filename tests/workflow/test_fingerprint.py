from pathlib import Path

import pytest

from seqkd.pipeline.graph.fingerprint import Code

FILES = {
    "seqkd/__init__.py": '"""Package."""\n__version__ = "1"\n',
    "seqkd/a.py": '"""A."""\nfrom seqkd.deep import tool\n\n\ndef f(x):\n    """Doc."""\n    return tool.g(x)\n',
    "seqkd/deep/__init__.py": "",
    "seqkd/deep/tool.py": "from ..late import one\n\n\ndef g(x):\n    return one(x) + 1\n",
    "seqkd/late.py": "def one(x):\n    from seqkd import last\n\n    return last.two(x)\n",
    "seqkd/last.py": "def two(x):\n    return x\n",
    "seqkd/other.py": "VALUE = 1\n",
    "seqkd/pipeline/__init__.py": "from seqkd import other\n",
    "seqkd/pipeline/job.py": "from seqkd.other import VALUE\n",
    "seqkd/named.py": "VALUE = 1\n",
    "script.py": "import seqkd.a\nfrom seqkd.pipeline.job import VALUE\n\nprint(seqkd.a.f(1), {**locals()}, None)\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    return tmp_path


def test_imports_are_followed_wherever_they_stand(root: Path) -> None:
    expected = {"script.py", "seqkd", "seqkd.a", "seqkd.deep", "seqkd.deep.tool", "seqkd.late", "seqkd.last"}
    assert Code(root).closure(["script.py"]) == expected
    assert Code(root).closure(["script.py", "seqkd.named"]) == expected | {"seqkd.named"}


SAME = [
    ("seqkd/a.py", '"""Doc."""', '"""Other words."""'),
    ("seqkd/a.py", "    return", "    # why\n    return"),
    ("seqkd/a.py", "tool.g(x)", "(tool.g( x ))"),
    ("seqkd/last.py", "return x", "'a bare string'\n    return x"),
    ("seqkd/__init__.py", '"1"', '"2"'),
    ("seqkd/other.py", "1", "2"),
    ("seqkd/pipeline/job.py", "VALUE", "VALUE as LATEST"),
    ("seqkd/named.py", "1", "2"),
]
OTHER = [
    ("script.py", "f(1)", "f(2)"),
    ("script.py", "None", "0"),
    ("script.py", "{**locals()}", "{None: locals()}"),
    ("seqkd/a.py", "tool.g(x)", "tool.g(x, 1)"),
    ("seqkd/last.py", "return x", "return -x"),
    ("seqkd/last.py", "(x)", "(x, *, y=1)"),
    ("seqkd/deep/__init__.py", "", "VALUE = 1\n"),
    ("seqkd/late.py", "two(x)", "two(x=x)"),
]


@pytest.mark.parametrize(("file", "before", "after"), SAME)
def test_what_computes_the_same_keeps_the_digest(root: Path, file: str, before: str, after: str) -> None:
    digest = Code(root).digest("script.py")
    (root / file).write_text(FILES[file].replace(before, after, 1))
    assert Code(root).digest("script.py") == digest


@pytest.mark.parametrize(("file", "before", "after"), OTHER)
def test_other_code_has_another_digest(root: Path, file: str, before: str, after: str) -> None:
    digest = Code(root).digest("script.py")
    (root / file).write_text(FILES[file].replace(before, after, 1))
    assert Code(root).digest("script.py") != digest


def test_modules_loaded_by_name_count_where_they_are_named(root: Path) -> None:
    digest = Code(root).digest("script.py", "seqkd.named")
    (root / "seqkd/named.py").write_text("VALUE = 2\n")
    assert Code(root).digest("script.py", "seqkd.named") != digest


def test_a_users_own_file_counts_and_stands_below_the_working_folder(root: Path, tmp_path_factory, monkeypatch) -> None:
    work = tmp_path_factory.mktemp("run")
    monkeypatch.chdir(work)
    (work / "mine.py").write_text("from seqkd.named import VALUE\n\nX = 1  # a remark\n")
    (root / "mine.py").write_text("X = 7\n")
    digest = Code(root).digest("script.py", "./mine.py")
    assert digest != Code(root).digest("script.py")
    (work / "mine.py").write_text("from seqkd.named import VALUE\n\nX = 1\n")
    assert Code(root).digest("script.py", "./mine.py") == digest
    (work / "mine.py").write_text("from seqkd.named import VALUE\n\nX = 2\n")
    assert Code(root).digest("script.py", "./mine.py") != digest
    assert "seqkd.named" in Code(root).closure(["./mine.py"])


def test_templates_count(root: Path) -> None:
    digest = Code(root).digest("script.py")
    (root / "seqkd/deep/page.html").write_text("<p>")
    assert Code(root).digest("script.py") != digest


def test_each_rule_of_the_project_reads_only_its_own_sections() -> None:
    """A lean import tree is what makes reruns exact."""
    code = Code(Path(__file__).parents[2])

    def reads(rule: str) -> set[str]:
        return {name for name in code.closure([f"workflow/scripts/{rule}.py"]) if name.startswith("seqkd.")}

    for script in (Path(__file__).parents[2] / "workflow/scripts").glob("*.py"):
        assert not {name for name in reads(script.stem) if name.startswith("seqkd.config")}, script
    elsewhere = (
        "seqkd.analysis",
        "seqkd.report",
        "seqkd.corpus.make",
        "seqkd.corpus.settings",
        "seqkd.distillation.pruning",
        "seqkd.scoring.settings",
    )
    assert not {name for name in reads("train") if name.startswith(elsewhere)}
    assert "seqkd.losses.word_kd" not in reads("train")
    assert not {
        name for name in reads("decode") if name.startswith(("seqkd.training", "seqkd.losses", "seqkd.scoring"))
    }
    assert not {name for name in reads("corpus") if name.startswith(("seqkd.models", "seqkd.tokenizer"))}
