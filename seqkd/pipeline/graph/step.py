"""A step of an experiment, and what decides its result.

A step's ``made_by`` holds exactly the settings it reads, the digest of the code it runs and the keys of the steps
before it. Its key is a digest of that, so it changes with all that the result depends on, and with nothing else.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from seqkd.files import digest


@dataclass(frozen=True)
class Step:
    """One job, or for ``decode`` the jobs of all shards: what it is made by, and where below results/ it stands."""

    rule: str
    path: str
    settings: dict[str, Any]
    code: str
    upstream: dict[str, "Step"] = field(default_factory=dict)

    @cached_property
    def made_by(self) -> dict[str, Any]:
        """What decides the result; the rule's one parameter, kept in the manifest."""
        keys = {name: step.key for name, step in sorted(self.upstream.items())}
        return {"stage": self.rule, "settings": self.settings, "code": self.code, "upstream": keys}

    @cached_property
    def key(self) -> str:
        """Digest of ``made_by``: equal keys, equal results."""
        return digest(self.made_by)
