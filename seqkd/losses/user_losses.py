"""Custom objectives: user files, named by a path inside the run folder. The user chose to run this code.

Only ``.py`` files inside that folder are loaded, so that a config cannot name code that is not part of the experiment.
Apart from that, such a file can do anything.
"""

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from seqkd.utils.errors import UserError
from seqkd.utils.settings import Settings

REQUIRED = ("NEEDS_TEACHER", "Options", "loss")


def is_path(name: str) -> bool:
    """Whether an objective's name is the path of a file."""
    return name.endswith(".py")


def load(name: str) -> ModuleType:
    """The module in the file ``name``, a path relative to the working directory, which is the run folder.

    Raises:
        UserError: it lies elsewhere, does not exist, fails when imported, or lacks what an objective must define.
    """
    path = Path(name)
    try:
        inside = not path.is_absolute() and path.resolve().is_relative_to(Path.cwd().resolve())
        exists = path.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # circular links, characters not allowed in paths
        reason = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{name[:100]}: no usable path ({reason}); name a .py file in {Path.cwd()}") from None
    if not inside:
        raise UserError(f"{name}: an objective's file must lie in the run folder, {Path.cwd()}; move it there")
    if not exists:
        raise UserError(f"{name}: no such file in {Path.cwd()}; relative paths start at the run folder")
    return _imported(path.resolve())


def _line_in(path: Path, error: BaseException) -> str:
    """``, line N`` if the error was raised while line N of the file ran (innermost call), else ""."""
    lines = [number for frame, number in walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _missing(module: ModuleType) -> list[str]:
    """Required definitions that are absent or of the wrong kind."""
    if missing := [key for key in REQUIRED if not hasattr(module, key)]:
        return missing
    wrong = []
    if not (isinstance(module.Options, type) and issubclass(module.Options, Settings)):
        wrong.append("a class Options that inherits seqkd.utils.settings.Settings")
    if not isinstance(module.NEEDS_TEACHER, bool):
        wrong.append("NEEDS_TEACHER that is True or False")
    if not callable(module.loss):
        wrong.append("a function loss")
    prefixes = getattr(module, "PREFIXES", ())
    if not isinstance(prefixes, tuple) or not all(isinstance(source, ModuleType) for source in prefixes):
        wrong.append("PREFIXES that is a tuple of modules of seqkd.prefixes")
    return wrong


@cache
def _imported(path: Path) -> ModuleType:
    name = f"custom_objective_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks up the annotations of a class in its module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # including sys.exit, which would end the run without an error
        raise UserError(
            f"{path.name}: cannot be imported ({type(error).__name__}: {error}{_line_in(path, error)}); fix the file"
        ) from None
    if missing := _missing(module):
        raise UserError(
            f"{path.name}: is not an objective, it lacks {', '.join(missing)}; see docs/tutorial-new-loss.md"
        )
    return module
