"""From a file to a checked :class:`Config`."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqkd.config.checks import check
from seqkd.config.mistakes import lines
from seqkd.config.sections import Config
from seqkd.config.yaml_file import load_yaml
from seqkd.errors import UserError

SHOWN = 10


class ConfigError(UserError):
    """All mistakes of a config, one a line (ten at most)."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        shown = [" ".join(f"{source}: {mistake}".split()) for mistake in mistakes[:SHOWN]]
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
    try:
        config = Config.model_validate(source)
    except ValidationError as error:
        raise ConfigError(name, lines(error, source, Config)) from None
    if mistakes := check(config):
        raise ConfigError(name, mistakes)
    return config
