"""Custom objectives: which files are loaded, and the errors of those that are not."""

import re
from pathlib import Path

import pytest

from seqkd import losses
from seqkd.config import ConfigError, load
from seqkd.training.objective import prefix_groups
from seqkd.utils.errors import UserError

GOOD = '''"""Mine (Me 2026)."""
from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings
NEEDS_TEACHER = True
class Options(Settings):
    """None."""
def loss(batch: TokenBatch, options: Options):
    return -(batch.p * batch.log_q).sum()
'''


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/good.py").write_text(GOOD)
    return tmp_path


def test_a_file_is_an_objective_like_any_other():
    assert losses.needs_teacher("mine/good.py")
    assert losses.prefixes_of("mine/good.py") == ("targets",)
    assert losses.module_of("mine/good.py") == "./mine/good.py"
    (reading,) = prefix_groups({"mine/good.py": {"weight": 0.5}, "nll": {"weight": 0.5}})
    assert [term.name for term in reading.objective.terms] == ["mine/good.py", "nll"]


WRONG = [
    ("mine/no.py", None, r"mine/no\.py: no such file in .*relative paths start at the run folder"),
    ("../up.py", GOOD, r"\.\./up\.py: an objective's file must lie in the run folder"),
    ("mine/bad.py", "x = (", r"bad\.py: cannot be imported \(SyntaxError: .*; fix the file"),
    ("mine/bad2.py", "1 / 0", r"bad2\.py: cannot be imported \(ZeroDivisionError: division by zero, line 1\)"),
    ("mine/less.py", "NEEDS_TEACHER = True", r"less\.py: is not an objective, it lacks Options, loss"),
    (
        "mine/plain.py",
        GOOD.replace("(Settings):", ":"),
        r"plain\.py: is not an objective, it lacks a class Options that inherits seqkd\.utils\.settings\.Settings",
    ),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG, ids=[name for name, _, _ in WRONG])
def test_errors_of_a_file_are_one_line(here, name, text, message):
    if text is not None:
        (here / name).write_text(text)
    config = {
        "corpus": {"source": "bible"},
        "models": {"large": {}, "small": {"dim": 128}},
        "teachers": {"base": {"model": "large"}},
        "students": {"a": {"loss": {"nll": 1, name: 1}}},
    }
    with pytest.raises(ConfigError) as caught:
        load(config, "my.yaml")
    assert re.fullmatch(rf"my\.yaml: students\.a\.loss: {message}.*", str(caught.value)), str(caught.value)


def test_an_absolute_path_and_a_link_out_of_the_folder_are_refused(here, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far.py"
    elsewhere.write_text(GOOD)
    (here / "link.py").symlink_to(elsewhere)
    for name in (str(elsewhere), "link.py"):
        with pytest.raises(UserError, match="must lie in the run folder"):
            losses.load(name)


def test_settings_of_a_file_are_checked(here):
    config = {
        "corpus": {"source": "bible"},
        "models": {"large": {}, "small": {"dim": 128}},
        "teachers": {"base": {"model": "large"}},
        "students": {"a": {"loss": {"mine/good.py": {"weight": 1, "k": 2}}}},
    }
    with pytest.raises(ConfigError, match=r"students\.a\.loss\.mine/good\.py\.k: unknown key; allowed here: none"):
        load(config)
