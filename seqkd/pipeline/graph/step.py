"""A step of an experiment, and what decides its result.

A step's ``provenance`` holds exactly the settings it reads, the digest of the code it runs and the keys of the steps
before it. Its key is a digest of that, so it changes with all that the result depends on, and with nothing else.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from seqkd.corpus import source
from seqkd.decoding import shards as decoding
from seqkd.distillation import modules_of_stored, targets
from seqkd.losses import module_of
from seqkd.models import modules_of_model
from seqkd.scoring.metrics import modules_of_metrics
from seqkd.utils.files import digest

TRAININGS = ("train_teacher", "train_student", "finetune_pruned")
"""Rules that share the script ``train``; every other rule has a script of its name."""


@dataclass(frozen=True)
class Step:
    """One job, or for ``decode`` the jobs of all shards.

    Attributes:
        rule: the rule that runs it.
        path: folder of the result, below results/.
        settings: what it reads of the config.
        code: digest of the code it runs, see ``code_of``.
        upstream: the steps whose results it reads, by the names under which it reads them.
    """

    rule: str
    path: str
    settings: dict[str, Any]
    code: str
    upstream: dict[str, "Step"] = field(default_factory=dict)

    @cached_property
    def upstream_keys(self) -> dict[str, str]:
        """Keys of the steps before it."""
        return {name: step.key for name, step in sorted(self.upstream.items())}

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What decides the result, as kept in its manifest."""
        return provenance(self.rule, self.settings, self.code, self.upstream_keys)

    @cached_property
    def key(self) -> str:
        """Digest of ``provenance``: equal keys, equal results."""
        return digest(self.provenance)


def provenance(rule: str, settings: dict[str, Any], code: str, upstream_keys: dict[str, str]) -> dict[str, Any]:
    """What decides a step's result."""
    return {"stage": rule, "settings": settings, "code": code, "upstream": upstream_keys}


def script_of(rule: str) -> str:
    """Name of the script in workflow/scripts/ that a rule runs."""
    return "train" if rule in TRAININGS else rule


def code_of(script: str, settings: dict[str, Any]) -> list[str]:
    """The code that a step with these settings runs: its script and the modules that this loads by name.

    What these import is followed by ``fingerprint.Code``.
    """
    corpus = settings.get("corpus") or settings.get("config", {}).get("corpus", {})
    return [
        f"workflow/scripts/{script}.py",
        *map(module_of, settings.get("loss", ())),
        *source.modules_of(corpus),
        *decoding.modules_of(settings.get("kind")),
        *modules_of_model(settings),
        *modules_of_stored(settings),
        *modules_of_metrics(settings),
        *([targets.module_of(settings["targets"])] if "targets" in settings else []),
    ]
