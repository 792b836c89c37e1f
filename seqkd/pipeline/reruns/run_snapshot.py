"""What a run reads once, at its start: the config, fingerprints of the code, checksums of the user's texts.

Jobs on a cluster read the Snakefile again, maybe days later. They get what the run has read from an environment
variable, so that an edit in between cannot mix into the run.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from seqkd.config.yaml_file import load_yaml
from seqkd.pipeline import ROOT
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.reruns.corpus_checksums import checksums
from seqkd.utils.errors import UserError
from seqkd.utils.files import digest

CONFIG = Path("config.yaml")
VARIABLE = "SEQKD_CONFIG"


@dataclass(frozen=True)
class RunSnapshot:
    """What the plan of a run follows from.

    Attributes:
        data: the config as plain data; messages call it ``name``.
        from_files: whether ``data`` was read from files, which may be edited during the run.
        code: digests as ``Code`` keeps them.
        files: checksums of the user's text files, by path as written.
    """

    data: dict[str, Any]
    name: str
    from_files: bool = True
    code: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def checksums_of(self, paths: list[Path], results: Path) -> dict[str, str]:
        """The checksums of some text files as they were when the run began."""
        if not all(str(path) in self.files for path in paths):
            self.files.update(checksums(paths, results))
        return {str(path): self.files[str(path)] for path in paths}

    def export_to_env(self, results: Path) -> None:
        """Pass it on to the jobs of this run."""
        os.environ[_variable(results)] = json.dumps(asdict(self))

    def edited(self, workflow: Any) -> list[str]:
        """What was edited since the run began."""
        checks = {self.name: self._same_config, "the code": self._same_code}
        return [name for name, is_same in checks.items() if not _holds(is_same, workflow)]

    def _same_config(self, workflow: Any) -> bool:
        return not self.from_files or read_config(workflow)[0] == self.data

    def _same_code(self, workflow: Any) -> bool:
        code = Code(ROOT)
        return all(code.digest(*roots.splitlines()) == expected for roots, expected in self.code.items())


def take_snapshot(workflow: Any, config: dict[str, Any], results: Path) -> RunSnapshot:
    """What this run reads; in a job on a cluster, what its run has read.

    Args:
        workflow: Snakemake's.
        config: that of the ``module`` statement, if it has any.
        results: where the results are: a workflow may hold several experiments as modules.
    """
    if not workflow.is_main_process and _variable(results) in os.environ:
        return RunSnapshot(**json.loads(os.environ[_variable(results)]))
    if workflow.modifier.is_main_snakefile() or not workflow.modifier.skip_configfile:
        return RunSnapshot(*read_config(workflow))
    if not isinstance(config, dict):
        raise UserError(
            f"module {workflow.modifier.namespace}: config must be a mapping, found {config!r}. "
            "To pass a file, read it with `configfile:` and write `config: config`."
        )
    data = json.loads(json.dumps(config, default=str))
    return RunSnapshot(data, f"config of module {workflow.modifier.namespace}", from_files=False)


def _variable(results: Path) -> str:
    """The environment variable for the experiment with these results."""
    return VARIABLE if results == Path("results") else f"{VARIABLE}_{digest(str(results))}"


def read_config(workflow: Any) -> tuple[dict[str, Any], str]:
    """The config and its name: config.yaml of the run folder, else that of the clone, or the files of ``--configfile``,
    later ones over earlier ones; then the values of ``--config``."""
    settings = workflow.config_settings
    files = [Path(file) for file in settings.configfiles] or [_config_of_run_folder() or ROOT / CONFIG]
    data: dict[str, Any] = {}
    for file in files:
        deep_update(data, load_yaml(file))
    deep_update(data, dict(settings.config))
    return data, " + ".join([*map(_shown, files), *(["--config"] if settings.config else [])])


def _config_of_run_folder() -> Path | None:
    """config.yaml of the run folder, even if it cannot be read: the default experiment is not meant then.

    Raises:
        UserError: it has another suffix.
    """
    if os.path.lexists(CONFIG):
        return CONFIG
    for other in (CONFIG.with_suffix(".yml"), CONFIG.with_suffix(".json")):
        if other.is_file():
            raise UserError(f"{other}: is not read. Rename it to {CONFIG}, or give --configfile {other}.")
    return None


def _holds(is_same: Callable[[Any], bool], workflow: Any) -> bool:
    """Whether something is the same; what is unreadable in the middle of an edit is not."""
    try:
        return is_same(workflow)
    except (UserError, SyntaxError, OSError):
        return False


def _shown(file: Path) -> str:
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def deep_update(data: dict[str, Any], changes: dict[str, Any]) -> None:
    """Update nested mappings key by key; other values are replaced."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            deep_update(data[key], value)
        else:
            data[key] = value
