"""Decoding: sentences a second against CTranslate2 and Marian on the same weights; and whether outputs agree."""

import shutil
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, announce
from benchmarks.peers import python_of
from benchmarks.pieces import vocabulary
from benchmarks.rows import Row, Turn, missing, paired, single
from benchmarks.turns import ROOT, Side, SideError, Worker, alternate, environment
from seqkd.files import digest, write_json, write_lines
from seqkd.scoring.bleu import corpus_bleu
from seqkd.tokenizer.tokenizer import Tokenizer

UNIT = "sentences a second"
OURS = {"seqkd float32": "float32", "seqkd bf16": "bfloat16"}
THEIRS = {"CTranslate2 float32": "float32", "CTranslate2 int8": "int8"}
MARIAN = "Marian float32"
BLEU = 0.1
"""Points of BLEU that bf16 may lie below float32."""
LEARNED = 5.0
"""BLEU below which outputs are empty or all alike, so that their agreement shows nothing."""
UNTRAINED = "the models have learned too little to compare their outputs"


@dataclass(frozen=True)
class Task:
    """What is translated, and how.

    Attributes:
        targets: (ours, peer) -> the ratio asked for.
    """

    name: str
    model: Path
    beam: int
    sentences: int
    targets: dict[tuple[str, str], float | None]
    single: bool = False
    marian: bool = False

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which of ours stands beside which peer."""
        return list(self.targets)


def rows(bench: Bench) -> list[Row]:
    """Teacher with beam 5, student greedy, and the growth to n-best 35."""
    found = []
    models, effort = bench.models, bench.effort
    beam: dict[tuple[str, str], float | None] = {
        ("seqkd float32", "CTranslate2 float32"): 1.5,
        ("seqkd bf16", "CTranslate2 int8"): 1.0,
        ("seqkd float32", MARIAN): None,
        ("seqkd bf16", "seqkd float32"): None,
    }
    greedy: dict[tuple[str, str], float | None] = {
        ("seqkd bf16", "CTranslate2 int8"): 1.5,
        ("seqkd float32", "CTranslate2 float32"): None,
    }
    teacher = Task("teacher, beam 5", models.teacher, 5, effort.sentences, beam, marian=True)
    student = Task("student, greedy", models.student, 1, 2 * effort.sentences, greedy)
    for threads in bench.threads:
        words = announce(threads)
        found += compare(bench, teacher, threads, words)
        found += compare(bench, student, threads, words)
    return [*found, n_best(bench)]


def compare(bench: Bench, task: Task, threads: int, words: str) -> list[Row]:
    """All engines on one task; agreement and BLEU are told with the first number of threads."""
    turns, reasons = alternate(starters(bench, task, threads), bench.effort.repeats)
    title = f"{task.name}, {words}"
    found = []
    for (ours, peer), target in task.targets.items():
        name = f"{title}, {ours.removeprefix('seqkd ')}"
        if ours in turns and peer in turns:
            note = f"{bench.models.note}; {tuned(turns[peer])}"
            found.append(paired("decoding", name, peer, UNIT, turns[ours], turns[peer], target=target, note=note))
        else:
            reason = reasons.get(peer) or reasons[ours]
            found.append(missing("decoding", name, peer, UNIT, target, reason))
    return found + (agreement(bench, task, turns) if threads == bench.threads[0] else [])


def tuned(turns: list[Turn]) -> str:
    """The batch size that a peer was found fastest with."""
    batch = turns[0].extra.get("batch")
    return f"peer's batch size {batch}, the fastest of those tried" if batch else "the suite's usual batches"


def starters(bench: Bench, task: Task, threads: int) -> dict[str, Callable[[], Side]]:
    """The engines that the task compares."""
    wanted = {name for pair in task.pairs for name in pair}
    sources = written_sources(bench, task)
    told = {"beam": task.beam, "wanted": 1, "single": task.single, "threads": threads, "sources": str(sources)}

    def log(name: str) -> Path:
        return bench.log("decoding", task.name, name, threads)

    found: dict[str, Callable[[], Side]] = {}
    for name, precision in OURS.items():
        if name in wanted:
            own = told | {"model": str(task.model), "precision": precision}
            found[name] = partial(Worker, "ours_decoding", own, threads, log(name))
    for name, precision in THEIRS.items():
        if name in wanted:
            found[name] = partial(ctranslate2, bench, task, told | {"precision": precision}, threads, log(name))
    if MARIAN in wanted:
        found[MARIAN] = partial(marian, bench, task, told, threads, log(MARIAN))
    return found


def lines(bench: Bench, task: Task) -> list[str]:
    """The first sentences of the test set, again and again if it is too short."""
    some = bench.lines * (1 + task.sentences // len(bench.lines))
    return some[: task.sentences]


def written_sources(bench: Bench, task: Task) -> Path:
    """The sentences as ids, as pieces (``.pieces``) and as text (``.txt``)."""
    text = lines(bench, task)
    ids = Tokenizer(bench.models.tokenizer).src.encode(text)
    pieces = vocabulary(bench.models.tokenizer)
    file = bench.cache / "sources" / f"{digest([task.name, text, str(bench.models.tokenizer)])}.json"
    write_json(file, ids)
    write_json(file.with_suffix(".pieces"), [[pieces[i] for i in sentence] for sentence in ids])
    write_lines(file.with_suffix(".txt"), text)
    return file


def run(peer: str, module: str, *arguments: str) -> None:
    """Run an exporter in a peer's environment.

    Raises:
        SideError: it failed; the message is its last line.
    """
    done = subprocess.run(
        [python_of(peer), "-m", f"benchmarks.sides.{module}", *arguments],
        cwd=ROOT, env=environment(1), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SideError((done.stderr.strip().splitlines() or [f"{module} failed"])[-1])


def ctranslate2(bench: Bench, task: Task, told: dict[str, Any], threads: int, log: Path) -> Side:
    """CTranslate2 with our weights, a folder for each precision: the other's process may be reading its own."""
    folder = bench.cache / "exported" / digest(str(task.model)) / f"ctranslate2-{told['precision']}"
    write_json(folder.parent / "vocabulary.json", vocabulary(bench.models.tokenizer))
    run("ctranslate2", "ctranslate2_export", str(task.model), str(folder.parent / "vocabulary.json"), str(folder))
    told = told | {"model": str(folder), "sources": str(Path(told["sources"]).with_suffix(".pieces"))}
    return Worker("ctranslate2_decoding", told, threads, log, python_of("ctranslate2"))


def marian(bench: Bench, task: Task, told: dict[str, Any], threads: int, log: Path) -> Side:
    """Marian with our weights, as near as its conventions allow."""
    folder = bench.cache / "exported" / digest(str(task.model))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bench.models.tokenizer / "tgt.model", folder / "tgt.spm")
    run("pymarian", "marian_export", str(task.model), str(folder / "marian.npz"))
    told = told | {"model": str(folder / "marian.npz"), "spm": str(folder / "tgt.spm")}
    told = told | {"lines": str(Path(told["sources"]).with_suffix(".txt"))}
    return Worker("marian_decoding", told, threads, log, python_of("pymarian"))


def texts(bench: Bench, turns: list[Turn]) -> list[str]:
    """The translations a side gave, as text."""
    answer = turns[0].extra
    if "texts" in answer:
        return list(answer["texts"])
    tokenizer = Tokenizer(bench.models.tokenizer)
    outputs = answer["outputs"]
    ids = [[tokenizer.tgt.model.piece_to_id(p) if isinstance(p, str) else p for p in one] for one in outputs]
    return [tokenizer.tgt.decode(one) for one in ids]


def agreement(bench: Bench, task: Task, turns: dict[str, list[Turn]]) -> list[Row]:
    """The share of sentences that CTranslate2 translates alike, and BLEU of each engine beside our float32."""
    found = {name: texts(bench, own) for name, own in turns.items()}
    reference = (bench.text.test / "test.tgt").read_text(encoding="utf-8").splitlines()
    references = (reference * (1 + task.sentences // len(reference)))[: task.sentences]
    bleu = {name: corpus_bleu(own, references, bench.text.bleu_tokenize).score for name, own in found.items()}
    length = {name: statistics.mean(len(one.split()) for one in own) for name, own in found.items()}
    rows = []
    ours, peer = "seqkd float32", "CTranslate2 float32"
    if ours in found and bleu[ours] < LEARNED:
        return [missing("decoding", f"{task.name}: agreement", peer, "share of sentences", 0.99, UNTRAINED)]
    if ours in found and peer in found:
        equal = statistics.mean(a == b for a, b in zip(found[ours], found[peer], strict=True))
        name, unit = f"{task.name}: equal outputs, float32", "share of sentences"
        rows.append(single("decoding", name, peer, unit, max(equal, 1e-9), 1.0, "more", target=0.99))
    for name in found:
        if name == ours or ours not in found:
            continue
        own, other = (name, ours) if name.startswith("seqkd") else (ours, name)
        target = 1 - BLEU / bleu[other] if own != ours and bleu[other] > BLEU else None
        title, words = (
            f"{task.name}: BLEU of {own.removeprefix('seqkd ')}",
            f"{length[own]:.2f} and {length[other]:.2f}",
        )
        own_score, score = max(bleu[own], 1e-9), max(bleu[other], 1e-9)
        note = f"words a sentence: {words}"
        rows.append(single("decoding", title, other, "BLEU", own_score, score, "more", target=target, note=note))
    return rows


def n_best(bench: Bench) -> Row:
    """N-best lists of 35 against beam 5: the cost shall grow no faster than the beam, 7 times."""
    threads, models = bench.threads[0], bench.models
    task = Task("n-best 35", models.teacher, 5, max(20, bench.effort.sentences // 10), {})
    sources = str(written_sources(bench, task))
    told = {"model": str(models.teacher), "precision": "bfloat16", "single": False, "sources": sources}
    starting = {
        str(beam): partial(
            Worker, "ours_decoding", told | {"beam": beam, "wanted": wanted}, threads, bench.log("n-best", beam)
        )
        for beam, wanted in ((35, 35), (5, 1))
    }
    turns, _ = alternate(starting, bench.effort.repeats)
    ours = [Turn(one.seconds, one.amount * 35) for one in turns["35"]]
    peer = [Turn(one.seconds, one.amount * 5) for one in turns["5"]]
    name, unit = "n-best 35, bf16, 1 thread" if threads == 1 else "n-best 35, bf16", "sentences x beam a second"
    return paired("decoding", name, "seqkd beam 5", unit, ours, peer, target=1.0, note=models.note)
