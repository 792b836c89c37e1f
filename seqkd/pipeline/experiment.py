"""The experiment as the Snakefile and its rules see it: the plan of this run's config, read once at its start."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from snakemake.io import ancient
from snakemake.logging import logger

from seqkd.config import load
from seqkd.config.no_verdict import no_verdict
from seqkd.corpus.language import mismatch
from seqkd.corpus.read import beginning
from seqkd.decoding.settings import DecodeSettings
from seqkd.decoding.shards import shard_count
from seqkd.pipeline import ROOT
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.graph.step import Step
from seqkd.pipeline.jobs import state
from seqkd.pipeline.jobs.locks import acquire_run_lock
from seqkd.pipeline.jobs.resources import usable_cores
from seqkd.pipeline.log_filter import LogFilter
from seqkd.pipeline.module import RESULTS, add_handlers, name_of_module, results_of, warn_about_code_trigger
from seqkd.pipeline.plots import plots
from seqkd.pipeline.reruns.outdated import Outdated, find_forced, find_outdated, manifests
from seqkd.pipeline.reruns.run_snapshot import take_snapshot
from seqkd.pipeline.rule_step import RuleStep
from seqkd.pipeline.slurm.orphaned_jobs import cancel_orphaned_jobs
from seqkd.pipeline.slurm.requeue import SLURM_JOB
from seqkd.pipeline.until import fix_until
from seqkd.utils.errors import UserError
from seqkd.utils.manifest import NAME, read

MAX_CHANGES_SHOWN = 10
NEVER = "(?!)"
"""A regular expression that matches nothing."""


class Experiment:
    """The plan of a run, and what the rules read of it."""

    def __init__(self, workflow: Any, config: dict[str, Any], results: Path) -> None:
        self._workflow, self._results, self._module = workflow, results, name_of_module(workflow)
        self._snapshot = take_snapshot(workflow, config, results)
        code = Code(ROOT, self._snapshot.code)
        checked = load(self._snapshot.data, self._snapshot.name)
        self.plan = Plan(checked, code, lambda paths: self._snapshot.checksums_of(paths, results))
        self._snapshot.export_to_env(results)
        self._outdated: Outdated = find_outdated(self.plan, results) if workflow.is_main_process else {}
        self._up_to_date: dict[str, bool] = {}
        self._current: dict[str, bool] = {}
        self._forcefiles: set[str] | None = None
        self._corpus: Any = None
        self._rules = {workflow.modifier.modify_rulename(step.rule): step.rule for step in self.plan.steps.values()}
        self._started = self._handlers_added = self._forced_added = False

    def step(self, path: str) -> RuleStep:
        """The step of a rule, whose wildcards are in ``path``."""
        return RuleStep(self, path)

    def names(self, *rules: str, position: int = 1) -> str:
        """A regular expression for the wildcard at a position of the paths of these rules' steps, such as the name of a
        teacher, student, test set or download."""
        names = {step.path.split("/")[position] for step in self.plan.steps.values() if step.rule in rules}
        return "|".join(map(re.escape, sorted(names))) or NEVER

    @property
    def decodings(self) -> list[str]:
        """Names of the translations of a test set."""
        return ["greedy", f"beam-{self.plan.config.score.search.beam}"]

    @property
    def plots(self) -> dict[str, str]:
        """Titles of the report's plots, by file name."""
        rules = {step.rule for step in self.plan.steps.values()}
        return plots(self.plan.config, trained=bool(rules & {"train_teacher", "train_student"}))

    def cores_of_speed(self) -> int:
        """All cores of a local run, so that the job runs alone; the measured threads where a cluster gives the node."""
        return self._workflow.resource_settings.cores or self.plan.config.speed.threads

    def manifest(self, path: str, name: str = NAME) -> Any:
        """A manifest as an input.

        The date of one that was up to date when the run began, with everything before it, is ignored: ``ancient``.
        Others must not be ancient: Snakemake would leave what reads them as it is when they are made again. Nor would a
        job with an ancient output that exists, but whose end Snakemake has not yet noted when the corpus ends and it
        plans again, keep later jobs in the plan.
        """
        file = f"{self._results}/{path}/{name}"
        if file not in self._up_to_date:
            before = self.plan.steps[path].upstream.values()
            current = file not in self._outdated and Path(file).is_file()
            self._up_to_date[file] = current and all(map(self._is_current, before))
        unprefixed = f"{RESULTS}/{path}/{name}"  # Snakemake adds the prefix of a module
        return ancient(unprefixed) if self._up_to_date[file] or not self._workflow.is_main_process else unprefixed

    def _is_current(self, step: Step) -> bool:
        """Whether the results of a step and of all steps before it were up to date when the run began."""
        if step.path not in self._current:
            files = manifests(step, self._results)
            fresh = bool(files) and not any(file.as_posix() in self._outdated for file in files)
            self._current[step.path] = fresh and all(map(self._is_current, step.upstream.values()))
        return self._current[step.path]

    def keep_checkpoint(self, checkpoints: Any) -> None:
        """Keep the checkpoint ``corpus``: `use rule targets from ...` reads the rules again, without it."""
        self._corpus = self._corpus or getattr(checkpoints, "corpus", None)

    def num_shards(self, decoded: Step) -> int:
        """Number of shards of a decode step, which depends on how many sentences the corpus keeps."""
        with exit_on_user_error():  # such as a fraction of the corpus that is no sentence
            if self._corpus is None:
                raise UserError(f"module {self._module}: the rule corpus is needed too. `use rule * from` it first.")
            pairs = read(Path(self._corpus.get().output[0])).facts["train"]["pairs"]
            return shard_count(DecodeSettings(**decoded.settings["decode"]), decoded.settings["kind"], pairs)

    def start(self) -> None:
        """Before jobs run: take the lock of these results, and cancel SLURM jobs of a killed run."""
        if self._started:  # a module's handler runs by itself, and the workflow around it may call it too
            return
        self._started = True
        with exit_on_user_error():
            acquire_run_lock(self._results / ".state" / "run.lock")
            if self._module is None:  # other jobs in this folder may be of the workflow around it
                cancel_orphaned_jobs()
        disable_job_rate_limit(self._workflow)

    def finish(self, *, success: bool) -> None:
        """After the last job, which ended with ``success`` or not."""
        if success:
            state.delete_finished(self._results / ".state", min_age=0)
        if edited := self._snapshot.edited(self._workflow):
            print(
                f"Edited during this run, which used what it had read at its start: {' and '.join(edited)}. "
                "Run the same command again to bring the results up to date.",
                file=sys.stderr,
            )

    def describe_changes(self) -> Iterator[str]:
        """Lines on the first results that differ from this run's config and code, without those that follow."""
        changes = [f"{name.rsplit('/', 1)[0]}: {reason}" for name, reason in self._outdated.items() if reason]
        changes = list(dict.fromkeys(changes))  # shards of one decode give the same line
        if len(self._outdated) > 1:  # the report reads the whole config, so it always differs too
            changes = [line for line in changes if not line.startswith(f"{self._results}/report:")]
        yield from changes[:MAX_CHANGES_SHOWN]
        if len(changes) > MAX_CHANGES_SHOWN:
            yield f"and {len(changes) - MAX_CHANGES_SHOWN} more"

    def describe_bleu(self) -> Iterator[str]:
        """The tokenization of BLEU with its reason, and reference files in another script than it is made for."""
        yield str(self.plan.bleu)
        corpus, tokenize = self.plan.config.corpus, self.plan.config.score.bleu_tokenize
        for file in corpus.reference_files():
            if warning := mismatch(corpus.target_language, tokenize, beginning(file)):
                yield f"{file}: {warning}"

    def prepare_run(self) -> None:
        """What has to wait until all Snakefiles are read: called with every input."""
        if self._module is not None and not self._handlers_added:
            self._handlers_added = True
            add_handlers(self._workflow, self.start, lambda success: self.finish(success=success))
            warn_about_code_trigger(self._workflow)
        if not self._forced_added and self._workflow.is_main_process:
            self._forced_added = True
            fix_until(self._workflow.dag)
            self._add_forced()
        self._force_outdated()

    def _add_forced(self) -> None:
        """Count as outdated what --forcerun and --force name, and what was made from it: Snakemake, which does not
        compare the dates of ancient inputs, would leave all later steps as they are."""
        dag = self._workflow.dag
        rules = {self._rules.get(rule.name, "") for rule in getattr(dag, "forcerules", ())}
        for manifest in find_forced(self.plan, self._results, rules, getattr(dag, "forcefiles", ())):
            self._outdated.setdefault(manifest, "")

    def _force_outdated(self) -> None:
        """Have Snakemake run the jobs of outdated manifests, whatever its own records say. There is no public way to
        do so from within a Snakefile; where the attribute is missing, stop instead of using old results."""
        forcefiles = getattr(self._workflow.dag, "forcefiles", None)
        if forcefiles is not None:
            if forcefiles is not self._forcefiles:  # this is called for every job, and thousands may be outdated
                forcefiles.update(self._outdated)
                self._forcefiles = forcefiles
        elif self._outdated:
            name, reason = next(iter(self._outdated.items()))
            raise UserError(f"{name} is outdated ({reason}). Delete it and run the same command again.")


def disable_job_rate_limit(workflow: Any) -> None:
    """Have Snakemake look at the waiting jobs when one ends, and not every second as well.

    It does so in case its limit of jobs per second has held one back, once more for every job that has ended: in a run
    with 190 jobs waiting that took half a core of two. Its default limit, 100 a second, holds none back here; a limit
    that the user sets stays. The attribute is not public: where it is missing, only time is lost.
    """
    scheduler: Any = getattr(workflow, "scheduler", None)
    limiter = getattr(scheduler, "job_rate_limiter", None)
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """Exit with the message of a user error; Snakemake would add the place in our code."""
    try:
        yield
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def load_experiment(workflow: Any, config: dict[str, Any]) -> Experiment:
    """Read the config and plan the run; ``config`` is Snakemake's, and is read only from a ``module`` statement."""
    experiments: dict[Path, tuple[str | None, Experiment]] = vars(workflow).setdefault("seqkd", {})
    if not experiments:
        _set_up(workflow)
    with exit_on_user_error():
        folder = workflow.current_basedir.get_path_or_uri(secret_free=True)
        if "{" in folder or "}" in folder:
            raise UserError(
                f"{folder}: Snakemake runs no script from a folder with a brace in its name. Rename it, or use a link "
                "to it that has none."
            )
        results, module = results_of(workflow), name_of_module(workflow)
        if results not in experiments:
            experiments[results] = module, Experiment(workflow, config, results)
            _announce(experiments[results][1], workflow)
        if experiments[results][0] != module:  # each `use rule` statement of a module reads the Snakefile
            raise UserError(
                f"Modules {experiments[results][0]} and {module} both write into {results}. Give one of them a prefix."
            )
    return experiments[results][1]


def _set_up(workflow: Any) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if workflow.resource_settings.cores:
        workflow.global_resources["_cores"] = min(workflow.resource_settings.cores, usable_cores())
    if workflow.remote_exec and "SLURM_JOB_ID" in os.environ:
        os.environ[SLURM_JOB] = os.environ["SLURM_JOB_ID"]
    logger.addFilter(LogFilter(workflow))


def _announce(experiment: Experiment, workflow: Any) -> None:
    """Print what a user should know before the run."""
    if workflow.is_main_process:
        print(*experiment.describe_bleu(), sep="\n", file=sys.stderr)
        if paths := experiment.plan.custom_losses:
            print(
                "Custom objectives, code outside seqkd that this run executes:", *paths, sep="\n    ", file=sys.stderr
            )
        if lines := no_verdict(experiment.plan.config):
            print("The report will give no verdict here:", *lines, sep="\n    ", file=sys.stderr)
    if lines := list(experiment.describe_changes()):
        print("Changed since the results were made:", *lines, sep="\n    ", file=sys.stderr)
