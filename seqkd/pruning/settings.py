"""Which students are pruned, how far, and how they are retrained: the ``prune:`` section."""

from typing import Annotated

from pydantic import Field

from seqkd.settings import Name, Settings


class PruneSettings(Settings):
    """The ``prune:`` section: class-blind magnitude pruning after See et al. 2016, as Kim & Rush 2016 use it."""

    students: list[Name] = Field([], description="Students (or teachers) that are pruned.")
    sparsities: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        [0.5, 0.6, 0.7, 0.8, 0.9], description="Shares of all weights that are removed."
    )
