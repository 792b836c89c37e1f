"""What a model is: the ``models:`` section, a union of the architectures' settings told apart by ``architecture:``.

Each architecture's settings stand in a file of their own, since a training's fingerprint is to hold those it reads and
no others; only the config reads this one.
"""

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings


def _architecture(value: Any) -> Any:
    """Which architecture an entry is; one that names none is a Transformer."""
    if isinstance(value, dict):
        return value.get("architecture", "transformer")
    return getattr(value, "architecture", "transformer")


ModelSettings = Annotated[
    Annotated[TransformerSettings, Tag("transformer")] | Annotated[LstmSettings, Tag("lstm")],
    Discriminator(_architecture),
]
