"""How a rule reads its step of the plan: each method is, or gives, a function of the rule's wildcards."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seqkd.pipeline.graph.step import Step
from seqkd.utils.manifest import NAME

if TYPE_CHECKING:
    from seqkd.pipeline.experiment import Experiment

Wildcards = Any
InputFunction = Callable[[Wildcards], Any]


class RuleStep:
    """The step of a rule; ``path`` is the step's path with the rule's wildcards."""

    def __init__(self, experiment: "Experiment", path: str) -> None:
        self._experiment, self._path = experiment, path

    def upstream(self, name: str) -> InputFunction:
        """The manifest of the artefact that the step reads as ``name``; ``[]`` where it reads none."""

        def manifest(wildcards: Wildcards) -> Any:
            step = self._upstream(wildcards).get(name)
            return self._experiment.manifest(step.path) if step else []

        return manifest

    def all_upstream(self, wildcards: Wildcards) -> list[Any]:
        """The manifests of all artefacts that the step reads, without those of decode shards."""
        steps = self._upstream(wildcards).values()
        return [self._experiment.manifest(step.path) for step in steps if step.rule != "decode"]

    def first_shard(self, wildcards: Wildcards) -> Any:
        """The manifest of the first decode shard that targets are made from: it exists whatever the corpus, so that
        plans made before the corpus show the rule ``decode``."""
        return self._shard(self._upstream(wildcards)["decode"], 0)

    def shards(self, checkpoints: Any) -> InputFunction:
        """The manifests of all these shards; the checkpoint ``corpus`` counts lines."""
        self._experiment.keep_checkpoint(checkpoints)

        def manifests(wildcards: Wildcards) -> list[Any]:
            decoded = self._upstream(wildcards)["decode"]
            return [self._shard(decoded, shard) for shard in range(self._experiment.num_shards(decoded))]

        return manifests

    def settings(self, wildcards: Wildcards) -> dict[str, Any]:
        """What the step reads of the config."""
        return self._step(wildcards).settings

    def code(self, wildcards: Wildcards) -> str:
        """Digest of the code that it runs."""
        return self._step(wildcards).code

    def upstream_keys(self, wildcards: Wildcards) -> dict[str, str]:
        """Keys of the steps before it."""
        return self._step(wildcards).upstream_keys

    def _upstream(self, wildcards: Wildcards) -> dict[str, Step]:
        self._experiment.prepare_run()
        return self._step(wildcards).upstream

    def _step(self, wildcards: Wildcards) -> Step:
        return self._experiment.plan.steps[self._path.format(**wildcards)]

    def _shard(self, decoded: Step, number: int) -> Any:
        return self._experiment.manifest(decoded.path, f"{number:05d}.{NAME}")
