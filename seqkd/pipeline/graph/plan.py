"""The experiment as a graph of steps, in plain Python: what each reads, and what decides its result."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from seqkd.config import Config, System, Systems
from seqkd.config.pretrained import TEACHER, TOKENIZER
from seqkd.corpus.language import tokenization
from seqkd.decoding.settings import TunedSearchSettings
from seqkd.distillation import targets as kinds
from seqkd.losses import user_losses
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.step import Step, code_of, script_of

IGNORED_KEYS = {
    "beam": ["n_best", "samples"],
    "n-best": ["samples", "search.beam"],
    "samples": ["n_best", "search.beam", "search.length_penalty"],
}
"""Keys of ``decode:`` that a kind of decoding does not read."""

Checksums = Callable[[list[Path]], dict[str, str]]
Row = dict[str, Any]


class Plan:
    """All steps of a checked config by path, every step after those it needs.

    Attributes:
        steps: path below results/ to step.
        bleu: the tokenization of every BLEU, including those that select models and targets.
        scored: a row for every scored model, in config order: its name and what distinguishes it from others.
    """

    def __init__(self, config: Config, code: Code, checksums: Checksums) -> None:
        self.config, self.systems = config, Systems(config)
        self.bleu = tokenization(config.corpus.target_language, config.score.bleu_tokenize)
        self._selection = {"bleu_tokenize": self.bleu.name, "is_fallback": self.bleu.is_fallback}
        self._code, self._checksums = code, checksums
        self.steps: dict[str, Step] = {}
        self._texts()
        self.scored = [*self._unpruned(), *self._pruned()]
        for row in self.scored:
            for test_set in self.test_sets:
                self._score(row, test_set)
        for row in self._timed():
            self._speed(row)
        if config.corpus.source == "captions":
            self._truths()
        self._report()

    @cached_property
    def test_sets(self) -> list[str]:
        """Names of the test sets; the first is primary."""
        return self.config.corpus.test_set_names

    @cached_property
    def custom_losses(self) -> list[str]:
        """Paths of the objectives that are files of the user."""
        names = {name for system in self.systems.by_name.values() for name in system.loss}
        return sorted(filter(user_losses.is_path, names))

    def _add(self, rule: str, path: str, settings: dict[str, Any], upstream: dict[str, Step]) -> Step:
        code = self._code.digest(*code_of(script_of(rule), settings))
        return self.steps.setdefault(path, Step(rule, path, settings, code, upstream))

    # text

    def _texts(self) -> None:
        for test_set in (None, *self.test_sets):
            job = self.config.corpus.job(test_set)
            downloads = {
                name: self._add("download", f"download/{name}", job.downloads[name], {}) for name in job.downloads
            }
            settings: dict[str, Any] = {"corpus": job.settings, "files": self._checksums(job.local_files)}
            if test_set is None:
                self._add("corpus", "corpus", settings, downloads)
            else:
                self._add("test_set", f"test_sets/{test_set}", settings | {"test_set": test_set}, downloads)
        self._tokenizer()

    def _tokenizer(self) -> None:
        """Learned, or imported from another run."""
        tokenizer, settings = self.config.tokenizer, self.config.tokenizer.canonical()
        if tokenizer.pretrained is not None:
            settings["files"] = self._checksums([Path(tokenizer.pretrained) / name for name in TOKENIZER])
        self._add("tokenizer", "tokenizer", settings, {"corpus": self.steps["corpus"]})

    @property
    def _text(self) -> dict[str, Step]:
        return {"corpus": self.steps["corpus"], "tokenizer": self.steps["tokenizer"]}

    # models

    def _trained(self, name: str, seed: int) -> Step:
        """The training of a teacher or student, planned together with what it reads at the first call."""
        system = self.systems.by_name[name]
        path = f"{system.kind}s/{name}/{seed}"
        if path in self.steps:
            return self.steps[path]
        if system.members:
            return self._ensemble(system, path)
        if system.pretrained is not None:
            return self._imported(system.pretrained, system, path)
        upstream = self._learns_from(system, seed)
        if system.init_from is not None:
            upstream["init"] = self._trained(system.init_from, self.systems.seed_in(system.init_from, system, seed))
        settings = self._training(system, seed) | {"training": system.training.canonical()}
        return self._add(f"train_{system.kind}", path, settings, upstream)

    def _ensemble(self, system: System, path: str) -> Step:
        """An ensemble of other teachers."""
        upstream = {f"member_{n:03d}": self._trained(*member) for n, member in enumerate(system.members)}
        return self._add("ensemble", path, {"model": {"architecture": "ensemble"}}, upstream)

    def _imported(self, folder: str, system: System, path: str) -> Step:
        """A teacher imported from another run."""
        files = self._checksums([Path(folder) / name for name in TEACHER])
        settings = {"files": files, "model": {"architecture": system.model.architecture}}
        return self._add("import_teacher", path, settings, {"tokenizer": self.steps["tokenizer"]})

    def _precision(self, model: Step) -> str:
        """The arithmetic in which a model was trained, and in which it translates."""
        if model.rule == "finetune_pruned":
            return self.systems.retraining.precision
        return self.systems.by_name[model.path.split("/")[1]].training.precision

    def _training(self, system: System, seed: int) -> dict[str, Any]:
        limits = self.config.score.search.limits.canonical()
        settings = {"model": system.model.canonical(), "loss": system.loss, "seed": seed, "limits": limits}
        settings |= self._selection
        return settings | ({"teacher_top_k": system.teacher_top_k} if system.teacher_top_k else {})

    def _learns_from(self, system: System, seed: int) -> dict[str, Step]:
        upstream = self._text
        if system.targets != "gold":
            upstream["targets"] = self._targets(system.targets, self._teacher(system, seed))
        if system.teacher_top_k:
            upstream["teacher_topk"] = self._teacher_topk(system, self._teacher(system, seed), upstream)
        elif system.loss_reads_teacher:
            upstream["teacher"] = self._teacher(system, seed)
        return upstream

    def _teacher_topk(self, system: System, teacher: Step, data: dict[str, Step]) -> Step:
        """A teacher's top k tokens at a system's targets; systems share them."""
        path = f"teacher_topk/{teacher.path.removeprefix('teachers/')}/{system.targets}/{system.teacher_top_k}"
        settings = {"k": system.teacher_top_k, "precision": self._precision(teacher)}
        name = "tokenizer" if system.targets == "gold" else "targets"
        return self._add("cache_teacher_topk", path, settings, {name: data[name], "teacher": teacher})

    def _teacher(self, system: System, seed: int) -> Step:
        """The teacher that a system learns from or is compared with; a teacher's is itself."""
        if system.kind == "teacher":
            return self._trained(system.name, seed)
        return self._trained(system.teacher, self.systems.seed_in(system.teacher, system, seed))

    def _targets(self, targets: str, teacher: Step) -> Step:
        path = f"targets/{teacher.path.removeprefix('teachers/')}/{targets}"
        upstream = {"decode": self._decoded(kinds.load(targets).DECODING, teacher), **self._text}
        return self._add("targets", path, kinds.job_settings(targets, self.bleu.name), upstream)

    def _decoded(self, kind: str, teacher: Step) -> Step:
        decode = self.config.decode.canonical()
        for key in IGNORED_KEYS[kind]:
            section, _, inner_key = key.partition(".")
            decode[section].pop(inner_key) if inner_key else decode.pop(section)
        path = f"decode/{teacher.path.removeprefix('teachers/')}/{kind}"
        settings = {"decode": decode, "kind": kind, "precision": self._precision(teacher)}
        upstream = {"model": teacher, "tokenizer": self.steps["tokenizer"]}
        if kind != "samples":
            upstream |= self._search(teacher, self.config.decode.search)
        return self._add("decode", path, settings, upstream)

    def _search(self, model: Step, search: TunedSearchSettings, name: str = "search") -> dict[str, Step]:
        """What the search with a model reads in addition: its length penalty, where that is chosen on dev."""
        if search.length_penalty != "auto":
            return {}
        settings = {"search": search.canonical(), "precision": self._precision(model), **self._selection}
        path = f"{model.path}/search/{search.name}"
        return {name: self._add("length_penalty", path, settings, {"model": model, **self._text})}

    def _unpruned(self) -> Iterator[Row]:
        for system in self.systems.by_name.values():
            for seed in system.seeds:
                self._trained(system.name, seed)
                yield _row(system, seed)

    def _pruned(self) -> Iterator[Row]:
        for name in self.config.prune.students:
            system = self.systems.by_name[name]
            for sparsity in self.config.prune.sparsities:
                for seed in system.seeds:
                    yield from self._prune(system, sparsity, seed)

    def _prune(self, system: System, sparsity: float, seed: int) -> Iterator[Row]:
        path = f"pruned/{system.name}/{sparsity}/{seed}"
        pruned = self._add(
            "prune", f"{path}/pruned", {"sparsity": sparsity}, {"model": self._trained(system.name, seed)}
        )
        settings = self._training(system, seed) | {"training": self.systems.retraining.canonical(), "keep_pruned": True}
        upstream = self._learns_from(system, seed) | {"init": pruned}
        finetuned = self._add("finetune_pruned", f"{path}/finetuned", settings, upstream)
        for step in (pruned, finetuned):
            row = _row(system, seed) | {"kind": "pruned", "sparsity": sparsity, "retrained": step is finetuned}
            yield row | {"path": step.path}

    # measurements

    def _measured(self, row: Row, test_set: str) -> dict[str, Any]:
        """The columns that identify a measurement."""
        columns = {key: row[key] for key in ("system", "teacher", "model", "seed", "sparsity", "retrained")}
        return {"system": columns | {"test_set": test_set}}

    def _search_settings(self, row: Row) -> dict[str, Any]:
        """How test sets are translated, and the arithmetic in which the model does it."""
        return {"search": self.config.score.search.canonical(), "precision": self._precision(self.steps[row["path"]])}

    def _translate(self, row: Row, test_set: str) -> Step:
        path = f"translations/{row['path']}/{test_set}"
        return self._add("translate", path, self._search_settings(row), self._translates(row, test_set))

    def _teacher_agreement(self, row: Row, test_set: str) -> dict[str, Step]:
        """An unpruned model next to its teacher, a teacher next to itself."""
        score, model = self.config.score, self.steps[row["path"]]
        if row["kind"] == "pruned" or not score.teacher_agreement_sentences:
            return {}
        settings = {"sentences": score.teacher_agreement_sentences, "limits": score.search.limits.canonical()}
        settings |= {"bleu_tokenize": self.bleu.name, "precision": self._precision(model)}
        teacher = self._teacher(self.systems.by_name[row["system"]], row["seed"])
        upstream = self._runs(row, test_set) | {"teacher": teacher}
        path = f"teacher_agreement/{row['path']}/{test_set}"
        return {"teacher_agreement": self._add("teacher_agreement", path, settings, upstream)}

    def _score(self, row: Row, test_set: str) -> None:
        metrics = {"metrics": self.config.score.metrics, "bleu_tokenize": self.bleu.name}
        upstream = {"translations": self._translate(row, test_set), **self._teacher_agreement(row, test_set)}
        upstream |= {"corpus": self.steps["corpus"], "test_set": self.steps[f"test_sets/{test_set}"]}
        self._add("score", f"scores/{row['path']}/{test_set}", self._measured(row, test_set) | metrics, upstream)

    def _timed(self) -> Iterator[Row]:
        """The first seed of every unpruned system, and one pruned model."""
        speed = self.config.speed
        for row in self.scored if speed.enabled else []:
            system = self.systems.by_name[row["system"]]
            if row["seed"] != system.seeds[0]:
                continue
            first_pruned = row["retrained"] and system.name == self.config.prune.students[0]
            if row["kind"] != "pruned" or (first_pruned and row["sparsity"] == speed.sparsity):
                yield row

    def _speed(self, row: Row) -> None:
        speed = {k: value for k, value in self.config.speed.canonical().items() if k not in ("enabled", "sparsity")}
        settings = self._measured(row, self.test_sets[0]) | self._search_settings(row) | {"speed": speed}
        teacher = self._teacher(self.systems.by_name[row["system"]], row["seed"])
        upstream = self._translates(row, self.test_sets[0]) | {"teacher": teacher}
        upstream |= self._search(teacher, self.config.score.search, "teacher_search")
        self._add("measure_speed", f"speed/{row['path']}", settings, upstream)

    def _runs(self, row: Row, test_set: str) -> dict[str, Step]:
        """What running a model on a test set needs."""
        texts = {"tokenizer": self.steps["tokenizer"], "test_set": self.steps[f"test_sets/{test_set}"]}
        return {"model": self.steps[row["path"]], **texts}

    def _translates(self, row: Row, test_set: str) -> dict[str, Step]:
        """What translating a test set needs."""
        return self._runs(row, test_set) | self._search(self.steps[row["path"]], self.config.score.search)

    def _truths(self) -> None:
        """Every unpruned model against the truth on the first test set, and what a perfect one would score on each."""
        truth, first = self.config.truth, self.test_sets[0]
        for row in self.scored:
            if row["kind"] != "pruned":
                settings = self._measured(row, first) | self._search_settings(row) | {"truth": truth.canonical()}
                self._add("compare_to_truth", f"truth/{row['path']}", settings, self._translates(row, first))
        for name in self.test_sets:
            settings = {"seed": truth.seed, "bleu_tokenize": self.bleu.name}
            self._add("oracle_scores", f"oracle_scores/{name}", settings, {"test_set": self.steps[f"test_sets/{name}"]})

    def _report(self) -> None:
        systems = [row | {"test_sets": self.test_sets} for row in self.scored]
        settings = {"report": self.config.report.canonical(), "config": self.config.canonical(), "systems": systems}
        self._add("report", "report", settings, dict(self.steps))


def _row(system: System, seed: int) -> Row:
    return {
        "system": system.name,
        "kind": system.kind,
        "teacher": system.teacher if system.teacher_used else "",
        "model": system.model_name,
        "seed": seed,
        "sparsity": 0.0,
        "retrained": None,
        "path": f"{system.kind}s/{system.name}/{seed}",
        "targets": system.targets,
        "loss": system.loss,
        "init_from": system.init_from,
    }
