"""A teacher of another run, taken over as it is."""

from pathlib import Path
from typing import Any

from seqkd.errors import UserError, first_sentence
from seqkd.files import copied
from seqkd.models import store


def take_teacher(files: dict[str, str], vocabularies: tuple[int, int], folder: Path) -> dict[str, Any]:
    """Copy a model's files (path: SHA-256) to ``folder``, once it is seen that they are one; gives its facts.

    Raises:
        UserError: they are no model, or one for other vocabularies, or have changed.
    """
    (origin,) = {Path(path).parent for path in files}
    try:
        model = store.load(origin, vocabularies=vocabularies)
    except UserError as error:
        raise UserError(f"teachers: {first_sentence(error)}. Name another `folder` in the config.") from None
    for path, checksum in files.items():
        copied(Path(path), checksum, folder)
    return {"parameters": sum(one.numel() for one in model.parameters())}
