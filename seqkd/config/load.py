"""From a file to a checked :class:`Config`."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqkd.config.checks import check
from seqkd.config.mistakes import lines, truth_values
from seqkd.config.sections import Config
from seqkd.config.yaml_file import load_yaml
from seqkd.errors import UserError, one_line

SHOWN = 10
LARGEST = 60_000
"""Characters of a config as JSON at most: jobs get it in a variable of the environment, which Linux keeps short."""


class ConfigError(UserError):
    """All mistakes of a config, one a line (ten at most)."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        shown = [one_line(f"{source}: {mistake}") for mistake in mistakes[:SHOWN]]
        if len(mistakes) > SHOWN:
            shown.append(f"{source}: and {len(mistakes) - SHOWN} more mistakes")
        Exception.__init__(self, "\n".join(shown))


def load(source: Path | dict[str, Any], name: str = "config") -> Config:
    """Read and check a config, from a file or from a mapping called ``name`` in messages.

    Raises:
        UserError: the file is unreadable or no YAML mapping.
        ConfigError: keys, values or their combination are wrong; lists every mistake.
    """
    if isinstance(source, Path):
        source, name = load_yaml(source), str(source)
    if (size := len(json.dumps(source, default=str))) > LARGEST:
        raise ConfigError(name, [f"{size} characters as JSON, at most {LARGEST}; shorten it"])
    try:
        config = Config.model_validate(source)
    except ValidationError as error:
        raise ConfigError(name, [*lines(error, source, Config), *truth_values(source, Config)]) from None
    if mistakes := [*truth_values(source, Config), *check(config)]:
        raise ConfigError(name, mistakes)
    return config
