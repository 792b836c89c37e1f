"""The ``corpus:`` section: the settings of every source, told apart by ``source:``. Only the config imports this."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from seqkd.corpus.source import NAMES, SourceSettings, load

if TYPE_CHECKING:
    CorpusSettings = SourceSettings
else:
    CorpusSettings = Annotated[reduce(or_, (load(name).Settings for name in NAMES)), Field(discriminator="source")]
