"""Which models are pruned and to which sparsities: the ``prune:`` section."""

from typing import Annotated

from pydantic import Field

from seqkd.utils.settings import Name, Settings


class PruneSettings(Settings):
    """Class-blind magnitude pruning (See et al. 2016), as in Kim & Rush 2016."""

    students: list[Name] = Field([], description="Students (or teachers) to prune.")
    sparsities: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        [0.5, 0.6, 0.7, 0.8, 0.9], description="Fractions of all weights to remove."
    )
