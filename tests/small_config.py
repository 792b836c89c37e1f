"""A small valid config, and a helper that changes one of its values."""

import copy
from typing import Any

BASE: dict[str, Any] = {
    "corpus": {"source": "bible"},
    "models": {"large": {}, "small": {"dim": 128}},
    "teachers": {"base": {"model": "large", "seeds": [1, 2]}},
    "students": {"a": {}, "b": {"targets": "seq-kd", "init_from": "a"}},
}
FILES: dict[str, Any] = {
    "source": "files",
    "source_language": "de",
    "target_language": "en",
    "train": {"src": "t.de", "tgt": "t.en"},
    "dev": {"src": "d.de", "tgt": "d.en"},
    "test_sets": {"test": {"src": "x.de", "tgt": "x.en"}},
}
"""An alternative ``corpus`` section."""


def changed(path: str, value: Any) -> dict[str, Any]:
    """``BASE`` with the value at a path of keys, separated by slashes."""
    config = copy.deepcopy(BASE)
    *sections, key = path.split("/")
    node = config
    for section in sections:
        node = node.setdefault(section, {})
    node[key] = value
    return config
