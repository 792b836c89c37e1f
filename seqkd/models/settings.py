"""The ``models:`` section: a union of the architectures' settings, discriminated by ``architecture:``.

Each architecture's settings are in a file of their own, so that a training's code fingerprint covers only those it
reads; only the config imports this module.
"""

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings


def _architecture(value: Any) -> Any:
    """The architecture of an entry; the default is a Transformer."""
    if isinstance(value, dict):
        return value.get("architecture", "transformer")
    return getattr(value, "architecture", "transformer")


ModelSettings = Annotated[
    Annotated[TransformerSettings, Tag("transformer")] | Annotated[LstmSettings, Tag("lstm")],
    Discriminator(_architecture),
]
