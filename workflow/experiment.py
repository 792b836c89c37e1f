"""What the Snakefile and its rules ask: the plan of this run's config, read once and frozen."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from snakemake.io import ancient
from snakemake.logging import logger

from seqkd.config import load
from seqkd.config.no_verdict import no_verdict
from seqkd.corpus import slices
from seqkd.corpus.read import beginning
from seqkd.decoding.settings import DecodeSettings
from seqkd.decoding.shares import shard_count
from seqkd.errors import UserError
from seqkd.language import mismatch
from seqkd.manifest import NAME, read
from workflow.fingerprint import Code
from workflow.freshness import Stale, asked_for, stale
from workflow.frozen import ROOT, frozen
from workflow.left_over import end_left_over_jobs
from workflow.machine import usable_cores
from workflow.module import RESULTS, add_handlers, name_of_module, results_of, warn_of_dates_of_scripts
from workflow.output import OfUse
from workflow.plan import Plan
from workflow.plots import plots
from workflow.run_lock import hold
from workflow.spent import sweep
from workflow.step import Step
from workflow.time_limit import TASK
from workflow.until import mend_until

SHOWN = 10
TRAIN = ("train_teacher", "train_student")
NONE = "(?!)"
"""A regular expression that nothing matches."""

Wildcards = Any
InputFunction = Callable[[Wildcards], Any]


class Experiment:
    """The plan, and the functions by which rules read it."""

    def __init__(self, workflow: Any, config: dict[str, Any], results: Path) -> None:
        self._workflow, self._results, self._module = workflow, results, name_of_module(workflow)
        self._frozen = frozen(workflow, config, results)
        code = Code(ROOT, self._frozen.code)
        checked = load(self._frozen.data, self._frozen.name)
        self.plan = Plan(checked, code, lambda paths: self._frozen.checksums_of(paths, results))
        self._frozen.hand_on(results)
        self._stale: Stale = stale(self.plan, results) if workflow.is_main_process else {}
        self._fresh: dict[str, bool] = {}
        self._forced: set[str] | None = None
        self._corpus: Any = None
        self._rules = {workflow.modifier.modify_rulename(step.rule): step.rule for step in self.plan.steps.values()}
        self._begun = self._handlers_added = self._asked = False

    def made_by(self, path: str) -> InputFunction:
        """The one parameter of a rule: what its step is made by. ``path`` is the step's, with wildcards."""
        return lambda wildcards: self._step(path, wildcards).made_by

    def needs(self, path: str) -> InputFunction:
        """The manifests a rule's step needs, by name; those of downloads together, those of shards apart."""

        def manifests(wildcards: Wildcards) -> dict[str, Any]:
            self._prepare_run()
            upstream = self._step(path, wildcards).upstream
            files = {name: self._input(step.path) for name, step in upstream.items() if step.rule != "decode"}
            downloads = [files.pop(name) for name, step in upstream.items() if step.rule == "download"]
            return files | ({"downloads": downloads} if downloads else {})

        return manifests

    def first_shard(self, path: str) -> InputFunction:
        """The manifest of the first decode shard that the targets at ``path`` are made from: there is one whatever the
        corpus, so that plans made before it show the stage."""
        return lambda wildcards: self._input(self._decoded(path, wildcards).path, f"{0:05d}.{NAME}")

    def shards(self, path: str, checkpoints: Any) -> InputFunction:
        """The manifests of all of them; the checkpoint ``corpus`` counts lines."""
        if self._corpus is None:  # `use rule seq_kd from ...` reads the rules once more, without the checkpoint
            self._corpus = getattr(checkpoints, "corpus", None)

        def manifests(wildcards: Wildcards) -> list[Any]:
            if self._corpus is None:
                with mistakes_alone():
                    raise UserError(
                        f"module {self._module}: the rule corpus is needed too. `use rule * from` it first."
                    )
            folder = Path(self._corpus.get().output[0]).parent
            step = self._decoded(path, wildcards)
            settings, kind = DecodeSettings(**step.settings["decode"]), step.settings["kind"]
            with mistakes_alone():  # such as a share of the corpus that is no sentence
                number = shard_count(settings, kind, read(folder / NAME).facts["train"]["pairs"])
            return [self._input(step.path, f"{shard:05d}.{NAME}") for shard in range(number)]

        return manifests

    def all_manifests(self, wildcards: Wildcards) -> list[Any]:
        """Every manifest that the report needs: all, but for the decode shards that others have read."""
        self._prepare_run()
        steps = self.plan.steps["report"].upstream.values()
        return [self._input(step.path) for step in steps if step.rule != "decode"]

    @property
    def decodings(self) -> list[str]:
        """Names of the translations of a test set."""
        return ["greedy", f"beam-{self.plan.config.score.search.beam}"]

    @property
    def plots(self) -> dict[str, str]:
        """Titles of the report's plots, by file name."""
        return plots(self.plan.config, any(step.rule in TRAIN for step in self.plan.steps.values()))

    def names(self, *rules: str) -> str:
        """A regular expression for the wildcard that names a teacher, student, test set or download in these rules."""
        names = {step.path.split("/")[1] for step in self.plan.steps.values() if step.rule in rules}
        return "|".join(map(re.escape, sorted(names))) or NONE

    def cores_of_speed(self) -> int:
        """All cores of a local run, so that the job is alone; the measured threads where a cluster gives the node."""
        return self._workflow.resource_settings.cores or self.plan.config.speed.threads

    def begin(self) -> None:
        """Called when jobs are about to run: no other run may work in this folder."""
        if self._begun:  # a module's handler runs by itself, and the workflow around it may call it too
            return
        self._begun = True
        with mistakes_alone():
            hold(self._results / ".state" / "run.lock")
            if self._module is None:  # other jobs in this folder may be of the workflow around it
                end_left_over_jobs()
        look_when_jobs_end(self._workflow)

    def end(self, *, well: bool) -> None:
        """Called when no more jobs run; all have ended ``well`` or one has not."""
        if well:
            sweep(self._results / ".state", age=0)
        if edited := self._frozen.edits(self._workflow):
            print(
                f"Edited during this run, which went on with what it had read at its start: {' and '.join(edited)}. "
                "The same command again brings the results up to date.",
                file=sys.stderr,
            )

    def tell(self) -> Iterator[str]:
        """Lines on what differs between the results and this run's config and code: where it starts alone."""
        own = [f"{name.rsplit('/', 1)[0]}: {reason}" for name, reason in self._stale.items() if reason]
        own = list(dict.fromkeys(own))  # shards of one decode say the same
        if len(self._stale) > 1:  # the page shows the whole config, so it always differs too
            own = [line for line in own if not line.startswith(f"{self._results}/report:")]
        yield from own[:SHOWN]
        if len(own) > SHOWN:
            yield f"and {len(own) - SHOWN} more"

    def about_bleu(self) -> Iterator[str]:
        """The tokenization of BLEU with its reason, and files of references in another script than it is made for."""
        yield str(self.plan.bleu)
        corpus, chosen = self.plan.config.corpus, self.plan.config.score.bleu_tokenize
        for file in slices.target_files(corpus):
            if wrong := mismatch(corpus.target_language, chosen, beginning(file)):
                yield f"{file}: {wrong}"

    def _input(self, path: str, name: str = NAME) -> Any:
        """A manifest as an input. The date of one that was fresh when the run began does not count; what is stale or
        missing then is made in this run, and so is all that reads it. That one must not be ancient: a job whose ancient
        output is there, but whose end is not yet taken note of when the corpus ends and Snakemake plans anew, would
        take all jobs after it out of the plan."""
        file = f"{self._results}/{path}/{name}"
        if file not in self._fresh:
            self._fresh[file] = file not in self._stale and Path(file).is_file()
        before = f"{RESULTS}/{path}/{name}"  # Snakemake puts a module's prefix before it
        return ancient(before) if self._fresh[file] or not self._workflow.is_main_process else before

    def _decoded(self, path: str, wildcards: Wildcards) -> Step:
        return self._step(path, wildcards).upstream["decode"]

    def _step(self, path: str, wildcards: Wildcards) -> Step:
        return self.plan.steps[path.format(**wildcards)]

    def _prepare_run(self) -> None:
        """What has to wait until all Snakefiles are read: called with the first inputs, and with all others."""
        if self._module is not None and not self._handlers_added:
            self._handlers_added = True
            add_handlers(self._workflow, self.begin, lambda well: self.end(well=well))
            warn_of_dates_of_scripts(self._workflow)
        if not self._asked and self._workflow.is_main_process:
            self._asked = True
            mend_until(self._workflow.dag)
            self._add_what_is_asked_for()
        self._remake_stale()

    def _add_what_is_asked_for(self) -> None:
        """What --forcerun and --force name is stale, and so is what was made from it: Snakemake alone, which does not
        compare the dates of fresh inputs, would leave all later steps as they are."""
        dag = self._workflow.dag
        rules = {self._rules.get(rule.name, "") for rule in getattr(dag, "forcerules", ())}
        for manifest in asked_for(self.plan, self._results, rules, getattr(dag, "forcefiles", ())):
            self._stale.setdefault(manifest, "")

    def _remake_stale(self) -> None:
        """Have Snakemake run the jobs of stale manifests, whatever its own records say. Snakemake has no public way to
        ask for this from within a Snakefile; where the attribute is gone, stop instead of passing old results on."""
        forced = getattr(self._workflow.dag, "forcefiles", None)
        if forced is not None:
            if forced is not self._forced:  # this is called for every job, and there may be ten thousand stale ones
                forced.update(self._stale)
                self._forced = forced
        elif self._stale:
            name, reason = next(iter(self._stale.items()))
            raise UserError(f"{name} was made by other settings ({reason}). Delete it and run the same command again.")


def look_when_jobs_end(workflow: Any) -> None:
    """Have Snakemake look at the waiting jobs when one ends, and not every second besides.

    It does so in case its limit of jobs a second has kept one back, once more for every job that has ended: of a run
    with 190 jobs waiting that took half a core of two. Its own limit, 100 a second, keeps none back here; one that the
    user chose stays. The attribute is not public: where it is gone, only time is lost.
    """
    scheduler: Any = getattr(workflow, "scheduler", None)
    limiter = getattr(scheduler, "job_rate_limiter", None)
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


@contextmanager
def mistakes_alone() -> Iterator[None]:
    """A user's mistake ends the run with its own lines; Snakemake would put places in our code beside them."""
    try:
        yield
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def start(workflow: Any, config: dict[str, Any]) -> Experiment:
    """Read the config and make ready; ``config`` is Snakemake's, and counts where a ``module`` statement gave it."""
    started: dict[Path, tuple[str | None, Experiment]] = vars(workflow).setdefault("seqkd", {})
    if not started:
        _prepare(workflow)
    with mistakes_alone():
        folder = workflow.current_basedir.get_path_or_uri(secret_free=True)
        if "{" in folder or "}" in folder:
            raise UserError(
                f"{folder}: Snakemake runs no script from a folder with a brace in its name. Rename it, or use a link "
                "to it that has none."
            )
        results, module = results_of(workflow), name_of_module(workflow)
        if results not in started:
            started[results] = module, Experiment(workflow, config, results)
            announce(started[results][1], workflow)
        if started[results][0] != module:  # each `use rule` statement of a module reads the Snakefile
            raise UserError(
                f"Modules {started[results][0]} and {module} both write into {results}. Give one of them a prefix."
            )
    return started[results][1]


def _prepare(workflow: Any) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if workflow.resource_settings.cores:
        workflow.global_resources["_cores"] = min(workflow.resource_settings.cores, usable_cores())
    if workflow.remote_exec and "SLURM_JOB_ID" in os.environ:
        os.environ[TASK] = os.environ["SLURM_JOB_ID"]
    logger.addFilter(OfUse(workflow))


def announce(experiment: Experiment, workflow: Any) -> None:
    """Say what a user should know before the run."""
    if workflow.is_main_process:
        print(*experiment.about_bleu(), sep="\n", file=sys.stderr)
    if workflow.is_main_process and (own := experiment.plan.own_code):
        print("Objectives of your own, code outside seqkd that this run executes:", *own, sep="\n    ", file=sys.stderr)
    if workflow.is_main_process and (lines := no_verdict(experiment.plan.config)):
        print("The report will give no verdict here:", *lines, sep="\n    ", file=sys.stderr)
    if lines := list(experiment.tell()):
        print("Changed since the results were made:", *lines, sep="\n    ", file=sys.stderr)
