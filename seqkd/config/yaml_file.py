"""Read a config file: YAML without its traps.

Numbers, truth values and nulls are read as in YAML 1.2 (``1e-3`` is a number, ``on`` and ``12:30`` are text), a key
written twice is refused, and so are tags and aliases that swell.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from seqkd.errors import UserError

LARGEST = 100_000
"""Values in a config at most, those that aliases repeat counted each time."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2 scalars and unique keys."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = getattr(key_node, "value", None)
            if isinstance(key, str) and key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key} is written twice", problem_mark=key_node.start_mark)
            seen.add(key if isinstance(key, str) else None)
        return super().construct_mapping(node, deep)


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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}). Name a config file that exists.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    try:
        value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise UserError(f"{path}{_where(error)}") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deeply to be a config.") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: holds no keys. A config is lines such as `title: my experiment`; see docs/config.md.")
    _refuse_swollen(path, value)
    return value


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = f":{mark.line + 1}" if mark else ""
    return f"{line}: not YAML as a config needs it: {problem}. Mend that line; indent with spaces, quote odd text."


def _refuse_swollen(path: Path, value: Any) -> None:
    """Aliases can make a value of exponential or endless size out of a few lines."""
    stack, count = [value], 0
    while stack:
        item = stack.pop()
        count += 1
        if count > LARGEST:
            raise UserError(f"{path}: more than {LARGEST} values; its aliases (&, *) repeat too much. Write them out.")
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
