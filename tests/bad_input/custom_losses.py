"""Paths of objectives of the user's own, and files that are no objective."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases import HANDLED, Case
from small_config import BASE

from seqkd.config import load
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan

ROOT = Path(__file__).parents[2]
GOOD = '''"""Mine (Me 2026)."""
from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings
NEEDS_TEACHER = True
class Options(Settings):
    """None."""
def loss(batch: TokenBatch, options: Options):
    return -(batch.p * batch.log_q).sum()
'''


def use(name: str, **options: Any) -> None:
    """A config whose student learns by the objective at this path, planned."""
    students = {"a": {"loss": {"nll": 1, name: {"weight": 1, **options}}}}
    Plan(load(BASE | {"students": students}, "my.yaml"), Code(ROOT), lambda paths: {})


def path(name: str, written: str, answer: str, make: Callable[[Path], object] = lambda folder: None) -> Case:
    """A path as it may stand in a config."""

    def give(folder: Path) -> None:
        make(folder)
        use(written)

    return Case(f"path: {name}", give, answer)


def content(name: str, text: str | bytes, answer: str) -> Case:
    """A file of this content. Its path differs from case to case, since a module is imported once."""

    def give(folder: Path) -> None:
        (folder / "mine").mkdir()
        (folder / "mine" / "loss.py").write_bytes(text if isinstance(text, bytes) else text.encode())
        use("mine/loss.py")

    return Case(f"file: {name}", give, answer)


def _outside(folder: Path) -> None:
    (folder.parent / "outside.py").write_text(GOOD)
    (folder / "link.py").symlink_to(folder.parent / "outside.py")


def _circle(folder: Path) -> None:
    (folder / "circle.py").symlink_to(folder / "circle.py")


def _with(line: str, after: str = "NEEDS_TEACHER = True\n") -> str:
    return GOOD.replace(after, f"{after}{line}\n")


MUST = r"students\.a\.loss: .*: an objective's file must lie in the run folder"
CANNOT = r"students\.a\.loss: loss\.py: cannot be imported "
LACKS = r"students\.a\.loss: loss\.py: is not an objective, it lacks "
OWN_LOSSES = [
    path("absolute", "/etc/passwd.py", MUST),
    path("climbing out of the folder", "../outside.py", MUST, _outside),
    path("climbing out and back by another name", "x/../../outside.py", MUST, _outside),
    path("a link to the outside", "link.py", MUST, _outside),
    path("a link in a circle", "circle.py", r"circle\.py: (no usable path|no such file)", _circle),
    path("missing", "mine/none.py", r"mine/none\.py: no such file in .*relative paths start at the run folder"),
    path("a folder", "folder.py", r"folder\.py: no such file", lambda folder: (folder / "folder.py").mkdir()),
    path("with NUL", "a\0b.py", r"a\\x00b\.py: no usable path \(.*null"),
    path("longer than paths may be", "x" * 5000 + ".py", r"no usable path \(.*too long|no such file"),
    path("with a shell command", "$(touch pwned).py", r"\$\(touch pwned\)\.py: no such file"),
    path("with markup", "<script>.py", r"<script>\.py: no such file"),
    path("with half a character", "\ud800.py", r"students\.a\.loss"),
    path("of a module of seqkd's own", "seqkd/losses/nll.py", r"nll\.py: no such file in"),
    path("without .py", "mine/loss", r"students\.a\.loss: found 'mine/loss'; must be one of "),
    content("empty", "", rf"{LACKS}NEEDS_TEACHER, Options, loss; see docs/tutorial-new-loss"),
    content("a syntax error", "def loss(:\n", rf"{CANNOT}\(SyntaxError: invalid syntax \(loss\.py, line 1\)\); fix"),
    content("an indentation error", "if True:\nx = 1\n", rf"{CANNOT}\(IndentationError: .*line 2"),
    content("no Python at all", b"\x7fELF\x02\x01\0\0", rf"{CANNOT}\((SyntaxError|ValueError): .*null bytes"),
    content("bytes that are no UTF-8", b'x = "\xff"\n', rf"{CANNOT}\(SyntaxError: .*utf-8"),
    content("brackets without end", "x = " + "(" * 3000, rf"{CANNOT}\((SyntaxError|MemoryError|RecursionError)"),
    content("division by zero at import", "\n\n1 / 0\n", rf"{CANNOT}\(ZeroDivisionError: division by zero, line 3\)"),
    content("a missing module", "import no_such_module\n", rf"{CANNOT}\(ModuleNotFoundError: No module named"),
    content("sys.exit(0) at import", "import sys\nsys.exit(0)\n", rf"{CANNOT}\(SystemExit: 0, line 2\)"),
    content(
        "an exception of many lines", 'raise ValueError("a\\n\\x1b[31mb\\n" * 999)', rf"{CANNOT}\(ValueError: a \\x1b"
    ),
    content("recursion without end", "def f(): f()\nf()\n", rf"{CANNOT}\(RecursionError: maximum"),
    content("without loss", GOOD.split("def loss")[0], rf"{LACKS}loss;"),
    content("loss that is a number", GOOD.split("def loss")[0] + "loss = 5\n", rf"{LACKS}a function loss"),
    content("Options that is no Settings", GOOD.replace("(Settings)", ""), rf"{LACKS}a class Options that inherits"),
    content(
        "NEEDS_TEACHER that is a word", GOOD.replace("= True", "= 'yes'"), rf"{LACKS}NEEDS_TEACHER that is True or"
    ),
    content(
        "PREFIXES that are words", _with("PREFIXES = ('student',)"), rf"{LACKS}PREFIXES that is a tuple of modules"
    ),
    content(
        "incompatible_models that fails",
        GOOD + "def incompatible_models(options, student, teacher): return student['no']\n",
        r"its incompatible_models fails \(KeyError: 'no'\); fix the file",
    ),
    content(
        "incompatible_targets that fails",
        GOOD + "def incompatible_targets(options, targets): return 1 / 0\n",
        r"its incompatible_targets fails \(ZeroDivisionE",
    ),
    content(
        "an option without default", _with("    k: int", '    """None."""\n'), r"loss\.py\.k: is missing and has no"
    ),
    content(
        "an option that no JSON holds",
        _with("    k: float = float('nan')", '    """None."""\n'),
        r"its Options fail \(Val",
    ),
    content(
        "a check of its options that fails",
        _with("    def model_post_init(self, _): 1 / 0", '    """None."""\n'),
        r"mine/loss\.py: its Options fail \(ZeroDivisionError: division by zero\); fix the file",
    ),
    content(
        "a sum of a thousand terms", GOOD + "X = " + " + ".join(["1"] * 1500), r"an expression in it is nested too deep"
    ),
    content("Latin-1, declared", ("# -*- coding: latin-1 -*-\n" + GOOD + "# für\n").encode("latin-1"), HANDLED),
    content("a byte order mark and CRLF", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), HANDLED),
    Case(
        "an option that the file does not have",
        lambda folder: [(folder / "other.py").write_text(GOOD), use("other.py", k=2)],
        r"students\.a\.loss\.other\.py\.k: unknown key; allowed here: none",
    ),
]
