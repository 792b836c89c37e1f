"""A tokenizer and teachers of another run: whether they are there, and whether they go together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from seqkd import manifest
from seqkd.config.sections import Config, TeacherSettings
from seqkd.errors import UserError, first_sentence
from seqkd.files import sha256
from seqkd.tokenizer.settings import TokenizerSettings

TOKENIZER, TEACHER = ("src.model", "tgt.model"), ("model.json", "model.safetensors")
"""The files of each that are taken over."""


def check_given(config: Config) -> Iterator[str]:
    """Lines as in ``checks``, for every ``folder`` in the config."""
    if config.tokenizer.folder is not None:
        yield from _tokenizer(config.tokenizer, Path(config.tokenizer.folder))
    for name, teacher in config.teachers.items():
        if teacher.folder is not None and teacher.model in config.models:
            yield from _teacher(f"teachers.{name}", teacher, Path(teacher.folder), config)


def _missing(where: str, folder: Path, files: tuple[str, ...], example: str) -> Iterator[str]:
    for name in files:
        if not (folder / name).is_file():
            yield (
                f"{where}: found '{folder}', which has no {name}; name a folder such as {example} of a finished run "
                f"(relative paths start at {Path.cwd()})"
            )
            return


def _tokenizer(settings: TokenizerSettings, folder: Path) -> Iterator[str]:
    from seqkd.tokenizer.tokenizer import Tokenizer

    for key in sorted(settings.model_fields_set - {"folder", "shared"}):
        yield f"tokenizer.{key}: the pieces in `folder` are used, none are learned; leave it out"
    if missing := list(_missing("tokenizer.folder", folder, TOKENIZER, "results/tokenizer")):
        yield from missing
        return
    try:
        shared = Tokenizer(folder).shared
    except UserError as error:
        yield f"tokenizer.folder: {first_sentence(error)}; name results/tokenizer of a finished run"
        return
    if shared != settings.shared:
        found = "one model for both languages" if shared else "a model for each language"
        yield f"tokenizer.shared: '{folder}' holds {found}; write `shared: {str(shared).lower()}`"


def _teacher(where: str, teacher: TeacherSettings, folder: Path, config: Config) -> Iterator[str]:
    for key in sorted(teacher.model_fields_set - {"folder", "model", "precision"}):
        yield f"{where}.{key}: a teacher with `folder` is not trained, it is there; leave it out"
    if config.tokenizer.folder is None:
        yield (
            f"{where}.folder: it knows the pieces alone that it was trained with; name those too, for instance "
            f"`tokenizer: {{folder: {folder.parent.parent.parent / 'tokenizer'}}}`"
        )
    if missing := list(_missing(f"{where}.folder", folder, TEACHER, "results/teachers/base/1")):
        yield from missing
        return
    try:
        content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        model, sizes = dict(content["model"]), (content["src_vocabulary"], content["tgt_vocabulary"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        yield (
            f"{where}.folder: {folder / 'model.json'} describes no model ({type(error).__name__}); name another folder"
        )
        return
    try:
        with safe_open(folder / "model.safetensors", "np"):
            pass
    except (OSError, SafetensorError) as error:
        yield f"{where}.folder: {folder / 'model.safetensors'} holds no weights ({error}); name another folder"
        return
    yield from _model(where, str(teacher.model), model, folder, config)
    yield from _pieces(where, sizes, folder, config)


def _model(where: str, name: str, known: dict[str, Any], folder: Path, config: Config) -> Iterator[str]:
    """The model in the config is the one on disk; dropout does not count."""
    if known.get("architecture") == "ensemble":
        yield f"{where}.folder: '{folder}' is an ensemble; name its members as teachers and average them by `ensemble`"
        return
    own = config.models[name].canonical()
    differing = {key for key in own.keys() | known.keys() if own.get(key) != known.get(key)}
    if differing := {key for key in differing if not key.endswith("dropout")}:
        told = ", ".join(f"{key}: {json.dumps(known[key])}" for key in sorted(differing & known.keys()))
        yield f"{where}.model: {name!r} is not the model in '{folder}'; write in models.{name}: {told or differing}"


def _pieces(where: str, sizes: tuple[Any, Any], folder: Path, config: Config) -> Iterator[str]:
    """The tokenizer is the one that it was trained with, as far as can be seen."""
    from seqkd.tokenizer.tokenizer import Tokenizer

    pieces = Path(config.tokenizer.folder or "")
    try:
        found = Tokenizer(pieces).sizes
        made, of = folder / manifest.NAME, pieces / manifest.NAME
        inputs = manifest.read(made).inputs if made.is_file() and of.is_file() else {}
        trained_with = inputs.get(f"tokenizer/{manifest.NAME}")
    except UserError as error:
        if config.tokenizer.folder is not None:
            yield f"{where}.folder: {first_sentence(error)}; name another folder"
        return
    if found != sizes:
        yield (
            f"{where}.folder: a model for vocabularies of {sizes[0]} and {sizes[1]} pieces, but tokenizer.folder has "
            f"{found[0]} and {found[1]}; name the tokenizer of the same run"
        )
    elif trained_with is not None and trained_with != sha256(of):
        yield f"{where}.folder: it was not trained with the pieces in '{pieces}'; name the tokenizer of the same run"
