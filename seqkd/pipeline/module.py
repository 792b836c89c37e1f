"""This workflow as a module of another one: where its results are, and what Snakemake leaves out there."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqkd.errors import UserError

RESULTS = Path("results")
"""As the rules name it."""
PARTS = ("logs", "corpus", "teachers", "targets", "students", "scores", "report")
"""Some of what is below it, to see whether a module's ``replace_prefix`` moves all alike."""


def name_of_module(workflow: Any) -> str | None:
    """The name in the ``module`` statement that is being read; None where this is the whole workflow."""
    modifier = workflow.modifier
    return None if modifier.is_main_snakefile() else str(modifier.namespace)


def results_of(workflow: Any) -> Path:
    """Where the results are: below the ``prefix`` of a module.

    Raises:
        UserError: ``replace_prefix`` moves a part of them only.
    """
    moved = {part: str(workflow.modifier.modify_path(f"{RESULTS}/{part}/x")) for part in PARTS}
    places = {path.removesuffix(f"/{part}/x") for part, path in moved.items()}
    if len(places) > 1:
        raise UserError(
            f"module {name_of_module(workflow)}: replace_prefix moves a part of {RESULTS}/ only "
            f"({', '.join(moved.values())}). "
            f'Move it as a whole, with prefix: "folder" or replace_prefix: {{"{RESULTS}/": "folder/"}}.'
        )
    return Path(places.pop())


def add_handlers(workflow: Any, begin: Callable[[], None], end: Callable[[bool], None]) -> None:
    """Have a module's handlers called before those of the workflow around it: Snakemake ignores them.

    To be called when all Snakefiles are read, since each ``onstart`` replaces the one before. The attributes are not
    public: where they are gone, nothing is called.
    """
    for name, own in (("_onstart", begin), ("_onsuccess", lambda: end(True)), ("_onerror", lambda: end(False))):
        outer = getattr(workflow, name, None)
        if outer is not None:
            setattr(workflow, name, _both(own, outer))


def warn_of_dates_of_scripts(workflow: Any) -> None:
    """Say that reruns are not exact here: a module has not its own profile, whose triggers leave dates out."""
    triggers = {getattr(trigger, "name", "") for trigger in getattr(workflow.dag_settings, "rerun_triggers", ())}
    if workflow.is_main_process and "CODE" in triggers:
        print(
            "Snakemake's rerun trigger `code` is on, by which a new date of a script is enough to train again. "
            "Exact reruns need `--rerun-triggers mtime params input software-env`, or that in your profile.",
            file=sys.stderr,
        )


def _both(first: Callable[[], None], second: Callable[[Any], None]) -> Callable[[Any], None]:
    def both(log: Any) -> None:
        first()
        second(log)

    return both
