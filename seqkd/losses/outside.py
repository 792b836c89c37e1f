"""Objectives in files of the user's own, named by a path below the folder of the run. It is code the user chose to run.

Only ``.py`` files below that folder are loaded, so that a config from elsewhere cannot name code that is not part of
the experiment; nothing else guards against what such a file does.
"""

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from seqkd.errors import UserError
from seqkd.settings import Settings

WANTED = ("NEEDS_TEACHER", "Options", "loss")


def is_path(name: str) -> bool:
    """Whether an objective's name is the path of a file."""
    return name.endswith(".py")


def load(name: str) -> ModuleType:
    """The module in the file ``name``, a path relative to the working folder, the run's.

    Raises:
        UserError: it lies elsewhere, is not there, fails when imported, or lacks what an objective defines.
    """
    path = Path(name)
    if path.is_absolute() or not path.resolve().is_relative_to(Path.cwd().resolve()):
        raise UserError(f"{name}: an objective's file must lie in the folder of the run, {Path.cwd()}; move it there")
    if not path.is_file():
        raise UserError(f"{name}: no such file in {Path.cwd()}; relative paths start at the folder of the run")
    return _imported(path.resolve())


@cache
def _imported(path: Path) -> ModuleType:
    name = f"objective_of_your_own_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks up the annotations of a class in its module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path.name}: cannot be imported ({type(error).__name__}: {error}); mend the file") from None
    missing = [key for key in WANTED if not hasattr(module, key)]
    if not missing and not (isinstance(module.Options, type) and issubclass(module.Options, Settings)):
        missing = ["a class Options that inherits seqkd.settings.Settings"]
    if missing:
        raise UserError(
            f"{path.name}: is no objective, it lacks {', '.join(missing)}; docs/tutorial-new-loss.md shows one"
        )
    return module
