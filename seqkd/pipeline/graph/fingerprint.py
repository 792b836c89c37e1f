"""What code a rule runs, as a few hexadecimal digits.

The digest covers the syntax trees of a script and of every ``seqkd`` module it imports, followed through their imports
(also inside functions), and of modules given in addition: those that are loaded by name, such as the objectives of a
loss. Comments, docstrings, layout, descriptions of settings and file dates do not change it; files other than Python
(page templates) count by their bytes, for every package reached. ``seqkd.pipeline`` does not count: it decides when a
step runs, not what the result is.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from seqkd.utils.errors import UserError

PACKAGE, EXCLUDED = "seqkd", "pipeline"


class Code:
    """The code below one folder, read at most once.

    Attributes:
        digests: those computed so far, by the sorted roots, one per line; given ones are trusted.
    """

    def __init__(self, root: Path, digests: dict[str, str] | None = None) -> None:
        self.root = root
        self.digests = {} if digests is None else digests
        self._files: dict[str, tuple[str, frozenset[str]]] = {}

    def digest(self, *roots: str) -> str:
        """Sixteen digits for scripts and modules (dotted names) and all they import.

        A script is a path below the root, or ``./`` and one below the working folder.
        """
        key = "\n".join(sorted(set(roots)))
        if key not in self.digests:
            total = hashlib.sha256()
            for name in sorted(self.closure(roots)):
                total.update(f"{name}\0{self._read(name)[0]}\0".encode())
            self.digests[key] = total.hexdigest()[:16]
        return self.digests[key]

    def closure(self, roots: Iterable[str]) -> set[str]:
        """The roots, the package's modules they import, and so on."""
        queue, closure = list(roots), set()
        while queue:
            name = queue.pop()
            if name not in closure:
                closure.add(name)
                queue += self._read(name)[1]
        return closure

    def _read(self, name: str) -> tuple[str, frozenset[str]]:
        """Digest of one file and the modules it imports."""
        if name not in self._files:
            path = self._path(name)
            tree = ast.parse(path.read_bytes(), str(path))
            package = name.split(".")[: None if path.name == "__init__.py" else -1]
            imported = {module for node in ast.walk(tree) for module in _imported(node, package)}
            modules = {module for each in [name, *imported] for module in self._with_parents(each)} - {name}
            content = hashlib.sha256(_text(tree, name).encode())
            if path.name == "__init__.py":
                for file in self._other_files(path.parent):
                    content.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
            self._files[name] = content.hexdigest(), frozenset(modules)
        return self._files[name]

    def _with_parents(self, module: str) -> Iterator[str]:
        """``a.b`` for what was imported as ``a.b.Class``, and the packages around it."""
        parts = module.split(".")
        if parts[0] == PACKAGE and parts[1:2] != [EXCLUDED]:
            for length in range(1, len(parts) + 1):
                if self._find(".".join(parts[:length])):
                    yield ".".join(parts[:length])

    def _find(self, module: str) -> Path | None:
        path = self.root.joinpath(*module.split("."))
        return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)

    def _path(self, name: str) -> Path:
        if name.endswith(".py"):
            return Path(name) if name.startswith("./") else self.root / name
        path = self._find(name)
        if path is None:
            raise FileNotFoundError(f"no module {name} below {self.root}")
        return path

    @staticmethod
    def _other_files(folder: Path) -> list[Path]:
        return sorted(file for file in folder.iterdir() if file.is_file() and file.suffix not in (".py", ".pyc"))


def _imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    """Dotted names that an import statement may mean; relative ones start from ``package``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*start, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _text(tree: ast.AST, name: str) -> str:
    """The tree as text.

    Raises:
        UserError: a user's file holds an expression that is nested too deeply.
    """
    try:
        return _plain(tree)
    except RecursionError:
        raise UserError(f"{name}: an expression in it is nested too deeply; cut it into parts") from None


def _plain(node: object) -> str:
    """A syntax tree as text, the same in every Python: empty fields, bare strings and descriptions left out."""
    if isinstance(node, list):
        return f"[{','.join(_plain(item) for item in node if not _is_remark(item))}]"
    if not isinstance(node, ast.AST):
        return ascii(node)  # repr depends on this Python's version of Unicode
    fields = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
    if isinstance(node, ast.Constant):
        fields = [("value", node.value)]
    return f"{type(node).__name__}({','.join(f'{name}={_plain(value)}' for name, value in fields)})"


def _is_remark(node: object) -> bool:
    """A docstring or other bare string, the ``description=`` of a setting, or the package's version."""
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__version__"
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return isinstance(node, ast.keyword) and node.arg == "description"
