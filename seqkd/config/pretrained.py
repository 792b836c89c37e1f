"""Checks of a tokenizer and teachers of another run: whether they exist and belong together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from seqkd.config.sections import Config, TeacherSettings
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.utils import manifest
from seqkd.utils.errors import UserError, first_sentence
from seqkd.utils.files import sha256

TOKENIZER, TEACHER = ("src.model", "tgt.model"), ("model.json", "model.safetensors")
"""The files that are copied of each."""


def check_pretrained(config: Config) -> Iterator[str]:
    """Error lines for every ``folder`` in the config."""
    if config.tokenizer.pretrained is not None:
        yield from _tokenizer(config.tokenizer, Path(config.tokenizer.pretrained))
    for name, teacher in config.teachers.items():
        if teacher.pretrained is not None and teacher.model in config.models:
            yield from _teacher(f"teachers.{name}", teacher, Path(teacher.pretrained), config)


def _missing(key: str, folder: Path, files: tuple[str, ...], example: str) -> Iterator[str]:
    for name in files:
        if not (folder / name).is_file():
            yield (
                f"{key}: found '{folder}', which has no {name}; name a folder such as {example} of a finished run "
                f"(relative paths start at {Path.cwd()})"
            )
            return


def _tokenizer(settings: TokenizerSettings, folder: Path) -> Iterator[str]:
    from seqkd.data.tokenizer import Tokenizer

    for key in sorted(settings.model_fields_set - {"pretrained", "shared_vocab"}):
        yield f"tokenizer.{key}: has no effect with `pretrained`: the existing tokenizer is used; remove this key"
    if missing := list(_missing("tokenizer.pretrained", folder, TOKENIZER, "results/tokenizer")):
        yield from missing
        return
    try:
        shared = Tokenizer(folder).shared
    except UserError as error:
        yield f"tokenizer.pretrained: {first_sentence(error)}; name results/tokenizer of a finished run"
        return
    if shared != settings.shared_vocab:
        models = "one model for both languages" if shared else "a model for each language"
        yield (
            f"tokenizer.shared_vocab: found {str(settings.shared_vocab).lower()}, but '{folder}' has {models}; write "
            f"`shared_vocab: {str(shared).lower()}`"
        )


def _teacher(key: str, teacher: TeacherSettings, folder: Path, config: Config) -> Iterator[str]:
    for name in sorted(teacher.model_fields_set - {"pretrained", "model", "precision"}):
        yield f"{key}.{name}: has no effect with `pretrained`: that teacher is already trained; remove this key"
    if config.tokenizer.pretrained is None:
        yield (
            f"{key}.pretrained: needs the tokenizer it was trained with; add it, for instance "
            f"`tokenizer: {{pretrained: {folder.parent.parent.parent / 'tokenizer'}}}`"
        )
    if missing := list(_missing(f"{key}.pretrained", folder, TEACHER, "results/teachers/base/1")):
        yield from missing
        return
    description, weights = (folder / name for name in TEACHER)
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
        model, vocab_sizes = dict(content["model"]), (content["src_vocabulary"], content["tgt_vocabulary"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        yield f"{key}.pretrained: {description} does not describe a model ({type(error).__name__}); name another folder"
        return
    try:
        with safe_open(weights, "np"):
            pass
    except (OSError, SafetensorError) as error:
        yield f"{key}.pretrained: {weights} has no readable weights ({error}); name another folder"
        return
    yield from _model(key, str(teacher.model), model, folder, config)
    yield from _vocabularies(key, vocab_sizes, folder, config)


def _model(key: str, name: str, on_disk: dict[str, Any], folder: Path, config: Config) -> Iterator[str]:
    """The model in the config is the one on disk; dropout does not matter."""
    if on_disk.get("architecture") == "ensemble":
        yield (
            f"{key}.pretrained: found '{folder}', an ensemble; name its members as teachers and list them in `ensemble`"
        )
        return
    in_config = config.models[name].canonical()
    differing = {k for k in in_config.keys() | on_disk.keys() if in_config.get(k) != on_disk.get(k)}
    if differing := {k for k in differing if not k.endswith("dropout")}:
        values = ", ".join(f"{k}: {json.dumps(on_disk[k])}" for k in sorted(differing & on_disk.keys()))
        yield (
            f"{key}.model: found {name!r}, which is not the model in '{folder}'; write in models.{name}: "
            f"{values or differing}"
        )


def _vocabularies(key: str, vocab_sizes: tuple[Any, Any], folder: Path, config: Config) -> Iterator[str]:
    """The tokenizer is the one that the teacher was trained with, as far as this can be checked."""
    from seqkd.data.tokenizer import Tokenizer

    tokenizer = Path(config.tokenizer.pretrained or "")
    try:
        sizes = Tokenizer(tokenizer).sizes
        teacher_manifest, tokenizer_manifest = folder / manifest.NAME, tokenizer / manifest.NAME
        comparable = teacher_manifest.is_file() and tokenizer_manifest.is_file()
        inputs = manifest.read(teacher_manifest).inputs if comparable else {}
        trained_with = inputs.get(f"tokenizer/{manifest.NAME}")
    except UserError as error:
        if config.tokenizer.pretrained is not None:
            yield f"{key}.pretrained: {first_sentence(error)}; name another folder"
        return
    if sizes != vocab_sizes:
        yield (
            f"{key}.pretrained: its vocabularies have {vocab_sizes[0]} and {vocab_sizes[1]} subwords, those of "
            f"tokenizer.pretrained {sizes[0]} and {sizes[1]}; name the tokenizer of the same run"
        )
    elif trained_with is not None and trained_with != sha256(tokenizer_manifest):
        yield (
            f"{key}.pretrained: was not trained with the tokenizer in '{tokenizer}'; name the tokenizer of the same run"
        )
