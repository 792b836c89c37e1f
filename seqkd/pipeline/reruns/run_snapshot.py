"""What a run reads once, at its start: the config, the code's fingerprints, the checksums of the user's texts.

Jobs on a cluster read the Snakefile anew, maybe days later. They are given what the run has read, in an environment
variable, so that an edit in between does not mix into a run.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from seqkd.config.yaml_file import load_yaml
from seqkd.errors import UserError
from seqkd.files import digest
from seqkd.pipeline import ROOT
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.reruns.corpus_checksums import checksums

CONFIG = Path("config.yaml")
VARIABLE = "SEQKD_CONFIG"


@dataclass(frozen=True)
class Frozen:
    """What the plan of a run follows from.

    Attributes:
        data: the config as plain data; messages call it ``name``.
        read_again: whether ``data`` comes of files that may be edited meanwhile.
        code: digests as ``Code`` keeps them.
        files: checksums of the user's own text files, by path as written.
    """

    data: dict[str, Any]
    name: str
    read_again: bool = True
    code: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def checksums_of(self, paths: list[Path], results: Path) -> dict[str, str]:
        """The checksums of some text files as they were when the run began."""
        if not all(str(path) in self.files for path in paths):
            self.files.update(checksums(paths, results))
        return {str(path): self.files[str(path)] for path in paths}

    def hand_on(self, results: Path) -> None:
        """Give it to the jobs of this run."""
        os.environ[_variable(results)] = json.dumps(asdict(self))

    def edits(self, workflow: Any) -> list[str]:
        """What was edited since."""
        return [
            name
            for name, same in ((self.name, self._same_config), ("the code", self._same_code))
            if not _holds(same, workflow)
        ]

    def _same_config(self, workflow: Any) -> bool:
        return not self.read_again or read_config(workflow)[0] == self.data

    def _same_code(self, workflow: Any) -> bool:
        now = Code(ROOT)
        return all(now.digest(*roots.splitlines()) == known for roots, known in self.code.items())


def frozen(workflow: Any, config: dict[str, Any], results: Path) -> Frozen:
    """What this run has read; in a job of a cluster, what its run had read.

    Args:
        config: what the ``module`` statement hands over, if it hands over any.
        results: where the results are: a workflow may hold several experiments as modules.
    """
    if not workflow.is_main_process and _variable(results) in os.environ:
        return Frozen(**json.loads(os.environ[_variable(results)]))
    if workflow.modifier.is_main_snakefile() or not workflow.modifier.skip_configfile:
        return Frozen(*read_config(workflow))
    if not isinstance(config, dict):
        raise UserError(
            f"module {workflow.modifier.namespace}: config must be a mapping, found {config!r}. "
            "To hand over a file, read it with `configfile:` and write `config: config`."
        )
    plain = json.loads(json.dumps(config, default=str))
    return Frozen(plain, f"config of module {workflow.modifier.namespace}", read_again=False)


def _variable(results: Path) -> str:
    """The environment variable for the experiment whose results are there."""
    return VARIABLE if results == Path("results") else f"{VARIABLE}_{digest(str(results))}"


def read_config(workflow: Any) -> tuple[dict[str, Any], str]:
    """The config and its name: config.yaml of the run's folder, else that of this clone, or the files of
    ``--configfile`` laid over each other; then ``--config``'s values."""
    settings = workflow.config_settings
    files = [Path(file) for file in settings.configfiles] or [_own_config() or ROOT / CONFIG]
    data: dict[str, Any] = {}
    for file in files:
        _lay_over(data, load_yaml(file))
    _lay_over(data, dict(settings.config))
    return data, " + ".join([*map(_shown, files), *(["--config"] if settings.config else [])])


def _own_config() -> Path | None:
    """config.yaml of the run's folder, also where it cannot be read: another experiment is not meant then.

    Raises:
        UserError: it has another ending there.
    """
    if os.path.lexists(CONFIG):
        return CONFIG
    for other in (CONFIG.with_suffix(".yml"), CONFIG.with_suffix(".json")):
        if other.is_file():
            raise UserError(f"{other}: is not read. Rename it to {CONFIG}, or give --configfile {other}.")
    return None


def _holds(same: Callable[[Any], bool], workflow: Any) -> bool:
    """Whether it is the same; what cannot be read in the middle of an edit is not."""
    try:
        return same(workflow)
    except (UserError, SyntaxError, OSError):
        return False


def _shown(file: Path) -> str:
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _lay_over(data: dict[str, Any], upper: dict[str, Any]) -> None:
    for key, value in upper.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _lay_over(data[key], value)
        else:
            data[key] = value
