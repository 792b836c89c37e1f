"""Import of a teacher trained in another run."""

from pathlib import Path
from typing import Any

from seqkd.models import checkpoint
from seqkd.utils.errors import UserError, first_sentence
from seqkd.utils.files import copy_verified


def import_teacher(files: dict[str, str], vocabularies: tuple[int, int], folder: Path) -> dict[str, Any]:
    """Copy the files of a model (path: SHA-256) to ``folder`` after checking them; returns statistics of the model.

    Raises:
        UserError: they are not a model, are for other vocabularies, or have changed.
    """
    (origin,) = {Path(path).parent for path in files}
    try:
        model = checkpoint.load(origin, vocabularies=vocabularies)
    except UserError as error:
        raise UserError(f"teachers: {first_sentence(error)}. Name another `pretrained` in the config.") from None
    for path, checksum in files.items():
        copy_verified(Path(path), checksum, folder)
    return {"parameters": sum(parameter.numel() for parameter in model.parameters())}
