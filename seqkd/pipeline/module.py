"""This workflow as a module of another one: where its results are, and what Snakemake does not do for modules."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqkd.utils.errors import UserError

RESULTS = Path("results")
"""As the rules name it."""
SUBFOLDERS = ("logs", "corpus", "teachers", "targets", "students", "scores", "report")
"""Some of those below it, to check whether a module's ``replace_prefix`` moves all alike."""


def name_of_module(workflow: Any) -> str | None:
    """The name in the ``module`` statement that is being read; None in the main workflow."""
    modifier = workflow.modifier
    return None if modifier.is_main_snakefile() else str(modifier.namespace)


def results_of(workflow: Any) -> Path:
    """Where the results are: below the ``prefix`` of a module.

    Raises:
        UserError: ``replace_prefix`` moves only a part of them.
    """
    moved = {folder: str(workflow.modifier.modify_path(f"{RESULTS}/{folder}/x")) for folder in SUBFOLDERS}
    results = {path.removesuffix(f"/{folder}/x") for folder, path in moved.items()}
    if len(results) > 1:
        raise UserError(
            f"module {name_of_module(workflow)}: replace_prefix moves only a part of {RESULTS}/ "
            f"({', '.join(moved.values())}). "
            f'Move all of it, with prefix: "folder" or replace_prefix: {{"{RESULTS}/": "folder/"}}.'
        )
    return Path(results.pop())


def add_handlers(workflow: Any, start: Callable[[], None], finish: Callable[[bool], None]) -> None:
    """Have a module's handlers, which Snakemake ignores, called before those of the workflow around it.

    Must be called when all Snakefiles are read, since each ``onstart`` replaces the one before. The attributes are not
    public: where they are missing, nothing is called.
    """
    handlers = {"_onstart": start, "_onsuccess": lambda: finish(True), "_onerror": lambda: finish(False)}
    for name, handler in handlers.items():
        outer_handler = getattr(workflow, name, None)
        if outer_handler is not None:
            setattr(workflow, name, _in_turn(handler, outer_handler))


def warn_about_code_trigger(workflow: Any) -> None:
    """Warn that reruns are not exact: a module does not use its own profile, whose triggers ignore dates of scripts."""
    triggers = {getattr(trigger, "name", "") for trigger in getattr(workflow.dag_settings, "rerun_triggers", ())}
    if workflow.is_main_process and "CODE" in triggers:
        print(
            "Snakemake's rerun trigger `code` is on: a new date of a script is enough to train again. "
            "Exact reruns need `--rerun-triggers mtime params input software-env`, or that in your profile.",
            file=sys.stderr,
        )


def _in_turn(handler: Callable[[], None], outer_handler: Callable[[Any], None]) -> Callable[[Any], None]:
    def handle(log: Any) -> None:
        handler()
        outer_handler(log)

    return handle
