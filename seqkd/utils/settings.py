"""The base class of every section of the config. Sections live next to the code that reads them."""

import os.path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[a-z0-9][a-z0-9.+_-]{0,63}$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""Name of a teacher, student, model or test set; used as a folder name, in tables and in plots."""

Folder = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(os.path.expanduser)]
"""A folder on this machine; ``~`` is expanded."""


class Settings(BaseModel):
    """A frozen section of the config: unknown keys are refused, every field has a description."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def canonical(self) -> dict[str, Any]:
        """The settings as plain JSON values with sorted keys: equal settings give equal text."""
        values: dict[str, Any] = _sorted(self.model_dump(mode="json"))
        return values


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
