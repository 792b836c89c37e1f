"""Objectives in files of the user's own, named by a path below the folder of the run. It is code the user chose to run.

Only ``.py`` files below that folder are loaded, so that a config from elsewhere cannot name code that is not part of
the experiment; nothing else guards against what such a file does.
"""

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import walk_tb
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
    try:
        inside = not path.is_absolute() and path.resolve().is_relative_to(Path.cwd().resolve())
        there = path.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # links in a circle, characters that no path has
        trouble = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{name[:100]}: no usable path ({trouble}); name a .py file in {Path.cwd()}") from None
    if not inside:
        raise UserError(f"{name}: an objective's file must lie in the folder of the run, {Path.cwd()}; move it there")
    if not there:
        raise UserError(f"{name}: no such file in {Path.cwd()}; relative paths start at the folder of the run")
    return _imported(path.resolve())


def _line_in(path: Path, error: BaseException) -> str:
    """``, line N`` where the error came while line N of the file ran, innermost."""
    lines = [number for frame, number in walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _missing(module: ModuleType) -> list[str]:
    """What an objective must define and this one does not, or not in the form it must have."""
    if missing := [key for key in WANTED if not hasattr(module, key)]:
        return missing
    wrong = []
    if not (isinstance(module.Options, type) and issubclass(module.Options, Settings)):
        wrong.append("a class Options that inherits seqkd.settings.Settings")
    if not isinstance(module.NEEDS_TEACHER, bool):
        wrong.append("NEEDS_TEACHER that is True or False")
    if not callable(module.loss):
        wrong.append("a function loss")
    prefixes = getattr(module, "PREFIXES", ())
    if not isinstance(prefixes, tuple) or not all(isinstance(one, ModuleType) for one in prefixes):
        wrong.append("PREFIXES that is a tuple of modules of seqkd.prefixes")
    return wrong


@cache
def _imported(path: Path) -> ModuleType:
    name = f"objective_of_your_own_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks up the annotations of a class in its module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit too, which would end the run as if all were well
        raise UserError(
            f"{path.name}: cannot be imported ({type(error).__name__}: {error}{_line_in(path, error)}); mend the file"
        ) from None
    if missing := _missing(module):
        raise UserError(
            f"{path.name}: is no objective, it lacks {', '.join(missing)}; docs/tutorial-new-loss.md shows one"
        )
    return module
