"""Read a config file: YAML without its traps.

Numbers, truth values and nulls are read as in YAML 1.2 (``1e-3`` is a number, ``on`` and ``12:30`` are text), a key
written twice is refused, and so are tags other than those of JSON's values and aliases that swell.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import yaml

from seqkd.utils.errors import UserError

LARGEST_FILE = 2**18
"""Bytes of a config file at most: a hundred times what is usual, read in seconds."""
LARGEST = 100_000
"""Values in a config at most, those that aliases repeat counted each time."""
TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}

NO_NAMES = {"int": "a number", "float": "a number", "bool": "a truth value", "null": "nothing"}
"""What YAML reads as another value than text, and a config has no key of."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2 scalars, unique keys, JSON's kinds of values and bounded aliases."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    yaml_constructors: ClassVar[dict[str | None, Any]] = {
        tag: make for tag, make in yaml.SafeLoader.yaml_constructors.items() if tag is None or tag in TAGS
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Count values before any is made: of a few lines, aliases and merged keys make exponential or endless ones."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        if not isinstance(event, yaml.AliasEvent):
            self._sizes[id(node)] = 1 + sum(self._sizes[id(child)] for child in _children(node))
        if self._sizes.get(id(node), LARGEST + 1) > LARGEST:
            problem = f"more than {LARGEST} values; its aliases (&, *) repeat too much"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = getattr(key_node, "value", None)
            if isinstance(key, str) and key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key} is written twice", problem_mark=key_node.start_mark)
            seen.add(key if isinstance(key, str) else None)
            kind = key_node.tag.rpartition(":")[2]
            if kind in NO_NAMES:
                problem = f'the key {key or "(empty)"} is {NO_NAMES[kind]}; in quotes it is a name: "{key}"'
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A tag may promise what the text does not hold, and Python reads no number of thousands of digits."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError) as error:
            kind = node.tag.rpartition(":")[2]
            problem = f"{str(node.value)[:40]!r} cannot be read as {kind} ({str(error)[:80]})"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None


def _children(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


_resolve("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolve("null", "~|null|Null|NULL|", "~nN\0")
_resolve("int", "[-+]?[0-9]+", "-+0123456789")
_resolve("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789")
_resolve("merge", "<<", "<")
_Loader.yaml_implicit_resolvers[""] = _Loader.yaml_implicit_resolvers.pop("\0")


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML (or JSON) file.

    Raises:
        UserError: the file cannot be read or is no YAML mapping; names file and line.
    """
    text = _text(path)
    try:
        value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise UserError(f"{path}{_where(error, text)}") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deeply to be a config. A config has three or four levels.") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: holds no keys. A config is lines such as `title: my experiment`; see docs/config.md.")
    return value


def _text(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}). Name a config file that exists.") from None
    if len(content) > LARGEST_FILE:
        raise UserError(f"{path}: more than {LARGEST_FILE} bytes, too large for a config. Is it the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None


def _where(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = mark.line + 1 if mark else 0
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        problem = f"it holds the character {text[error.position]!a}"
    at = f":{line}" if line else ""
    return f"{at}: not YAML as a config needs it: {problem}. Mend that line; indent with spaces, quote odd text."
