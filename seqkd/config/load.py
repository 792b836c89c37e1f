"""From a file to a checked :class:`Config`."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqkd.config.checks import find_errors
from seqkd.config.error_messages import error_lines, reject_booleans
from seqkd.config.sections import Config
from seqkd.config.yaml_file import load_yaml
from seqkd.utils.errors import UserError, one_line

MAX_SHOWN = 10
MAX_CHARACTERS = 60_000
"""Size limit of a config as JSON: jobs receive it in an environment variable, whose length Linux limits."""


class ConfigError(UserError):
    """All errors of a config, one a line (at most ten)."""

    def __init__(self, source: str, errors: list[str]) -> None:
        shown = [one_line(f"{source}: {error}") for error in errors[:MAX_SHOWN]]
        if len(errors) > MAX_SHOWN:
            shown.append(f"{source}: and {len(errors) - MAX_SHOWN} more errors")
        Exception.__init__(self, "\n".join(shown))


def load(source: Path | dict[str, Any], name: str = "config") -> Config:
    """Read and check a config, from a file or from a mapping called ``name`` in messages.

    Raises:
        UserError: the file is unreadable or not a YAML mapping.
        ConfigError: keys, values or their combination are wrong; lists every error.
    """
    if isinstance(source, Path):
        source, name = load_yaml(source), str(source)
    if (size := len(json.dumps(source, default=str))) > MAX_CHARACTERS:
        raise ConfigError(name, [f"found {size} characters as JSON; at most {MAX_CHARACTERS} are allowed; shorten it"])
    try:
        config = Config.model_validate(source)
    except ValidationError as error:
        raise ConfigError(name, [*error_lines(error, source, Config), *reject_booleans(source, Config)]) from None
    if errors := [*reject_booleans(source, Config), *find_errors(config)]:
        raise ConfigError(name, errors)
    return config
