"""Decoding: sentences per second compared with CTranslate2 and Marian on the same weights, and output agreement."""

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
from benchmarks.rows import Row, Turn, missing, paired, single
from benchmarks.subwords import vocabulary
from benchmarks.turns import ROOT, Side, SideError, Worker, alternate, environment
from seqkd.data.tokenizer import Tokenizer
from seqkd.scoring.metrics.bleu import corpus_bleu
from seqkd.utils.files import digest, write_json, write_lines

UNIT = "sentences a second"
OURS = {"seqkd float32": "float32", "seqkd bf16": "bfloat16"}
CTRANSLATE2 = {"CTranslate2 float32": "float32", "CTranslate2 int8": "int8"}
MARIAN = "Marian float32"
MAX_BLEU_LOSS = 0.1
"""BLEU points by which bf16 may be below float32."""
MIN_BLEU = 5.0
"""BLEU below which outputs are empty or all alike, so that their agreement is meaningless."""
UNTRAINED = "the models are not trained enough to compare their outputs"


@dataclass(frozen=True)
class Task:
    """A decoding task.

    Attributes:
        targets: target ratio of each pair (ours, peer).
    """

    name: str
    model: Path
    beam: int
    sentences: int
    targets: dict[tuple[str, str], float | None]
    single: bool = False
    marian: bool = False


def rows(bench: Bench) -> list[Row]:
    """Teacher with beam 5, student greedy, and the cost of n-best 35."""
    rows = []
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
        label = announce(threads)
        rows += compare(bench, teacher, threads, label)
        rows += compare(bench, student, threads, label)
    return [*rows, n_best(bench)]


def compare(bench: Bench, task: Task, threads: int, label: str) -> list[Row]:
    """All engines on one task; agreement and BLEU are only reported for the first number of threads."""
    turns, reasons = alternate(starters(bench, task, threads), bench.effort.repeats)
    title = f"{task.name}, {label}"
    rows = []
    for (ours, peer), target in task.targets.items():
        name = f"{title}, {ours.removeprefix('seqkd ')}"
        if ours in turns and peer in turns:
            note = f"{bench.models.note}; {batch_note(turns[peer])}"
            rows.append(paired("decoding", name, peer, UNIT, turns[ours], turns[peer], target=target, note=note))
        else:
            reason = reasons.get(peer) or reasons[ours]
            rows.append(missing("decoding", name, peer, UNIT, target, reason))
    return rows + (agreement(bench, task, turns) if threads == bench.threads[0] else [])


def batch_note(turns: list[Turn]) -> str:
    """The batch size at which the peer is fastest."""
    batch = turns[0].extra.get("batch")
    return f"peer's batch size {batch}, the fastest of those tried" if batch else "the suite's usual batches"


def starters(bench: Bench, task: Task, threads: int) -> dict[str, Callable[[], Side]]:
    """The engines that the task compares."""
    selected = {name for pair in task.targets for name in pair}
    sources = write_sources(bench, task)
    settings = {"beam": task.beam, "n_best": 1, "single": task.single, "threads": threads, "sources": str(sources)}

    def log(name: str) -> Path:
        return bench.log("decoding", task.name, name, threads)

    starters: dict[str, Callable[[], Side]] = {}
    for name, precision in OURS.items():
        if name in selected:
            options = settings | {"model": str(task.model), "precision": precision}
            starters[name] = partial(Worker, "ours_decoding", options, threads, log(name))
    for name, precision in CTRANSLATE2.items():
        if name in selected:
            options = settings | {"precision": precision}
            starters[name] = partial(ctranslate2, bench, task, options, threads, log(name))
    if MARIAN in selected:
        starters[MARIAN] = partial(marian, bench, task, settings, threads, log(MARIAN))
    return starters


def lines(bench: Bench, task: Task) -> list[str]:
    """The first sentences of the test set, repeated if it is too short."""
    repeated = bench.lines * (1 + task.sentences // len(bench.lines))
    return repeated[: task.sentences]


def write_sources(bench: Bench, task: Task) -> Path:
    """Write the sentences as ids, as subwords (``.subwords``) and as text (``.txt``)."""
    text = lines(bench, task)
    ids = Tokenizer(bench.models.tokenizer).src.encode(text)
    subwords = vocabulary(bench.models.tokenizer)
    file = bench.cache / "sources" / f"{digest([task.name, text, str(bench.models.tokenizer)])}.json"
    write_json(file, ids)
    write_json(file.with_suffix(".subwords"), [[subwords[i] for i in sentence] for sentence in ids])
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


def ctranslate2(bench: Bench, task: Task, settings: dict[str, Any], threads: int, log: Path) -> Side:
    """CTranslate2 with our weights; one folder per precision, since processes of both may read at the same time."""
    folder = bench.cache / "exported" / digest(str(task.model)) / f"ctranslate2-{settings['precision']}"
    write_json(folder.parent / "vocabulary.json", vocabulary(bench.models.tokenizer))
    run("ctranslate2", "ctranslate2_export", str(task.model), str(folder.parent / "vocabulary.json"), str(folder))
    settings = settings | {"model": str(folder), "sources": str(Path(settings["sources"]).with_suffix(".subwords"))}
    return Worker("ctranslate2_decoding", settings, threads, log, python_of("ctranslate2"))


def marian(bench: Bench, task: Task, settings: dict[str, Any], threads: int, log: Path) -> Side:
    """Marian with our weights, as closely as its conventions allow."""
    folder = bench.cache / "exported" / digest(str(task.model))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bench.models.tokenizer / "tgt.model", folder / "tgt.spm")
    run("pymarian", "marian_export", str(task.model), str(folder / "marian.npz"))
    settings = settings | {"model": str(folder / "marian.npz"), "spm": str(folder / "tgt.spm")}
    settings = settings | {"lines": str(Path(settings["sources"]).with_suffix(".txt"))}
    return Worker("marian_decoding", settings, threads, log, python_of("pymarian"))


def texts(bench: Bench, turns: list[Turn]) -> list[str]:
    """The translations of a side, as text."""
    answer = turns[0].extra
    if "texts" in answer:
        return list(answer["texts"])
    tokenizer = Tokenizer(bench.models.tokenizer)
    to_id = tokenizer.tgt.model.piece_to_id
    ids = [[to_id(token) if isinstance(token, str) else token for token in output] for output in answer["outputs"]]
    return [tokenizer.tgt.decode(output) for output in ids]


def agreement(bench: Bench, task: Task, turns: dict[str, list[Turn]]) -> list[Row]:
    """The share of sentences that CTranslate2 translates identically, and BLEU of each engine and of our float32."""
    outputs = {name: texts(bench, side_turns) for name, side_turns in turns.items()}
    reference = (bench.text.test / "test.tgt").read_text(encoding="utf-8").splitlines()
    references = (reference * (1 + task.sentences // len(reference)))[: task.sentences]
    tokenize = bench.text.bleu_tokenize
    bleu = {name: corpus_bleu(lines, references, tokenize).score for name, lines in outputs.items()}
    length = {name: statistics.mean(len(line.split()) for line in lines) for name, lines in outputs.items()}
    rows = []
    ours, peer = "seqkd float32", "CTranslate2 float32"
    if ours in outputs and bleu[ours] < MIN_BLEU:
        return [missing("decoding", f"{task.name}: agreement", peer, "share of sentences", 0.99, UNTRAINED)]
    if ours in outputs and peer in outputs:
        equal = statistics.mean(a == b for a, b in zip(outputs[ours], outputs[peer], strict=True))
        name, unit = f"{task.name}: equal outputs, float32", "share of sentences"
        rows.append(single("decoding", name, peer, unit, max(equal, 1e-9), 1.0, "more", target=0.99))
    for name in outputs:
        if name == ours or ours not in outputs:
            continue
        evaluated, baseline = (name, ours) if name.startswith("seqkd") else (ours, name)
        target = 1 - MAX_BLEU_LOSS / bleu[baseline] if evaluated != ours and bleu[baseline] > MAX_BLEU_LOSS else None
        title = f"{task.name}: BLEU of {evaluated.removeprefix('seqkd ')}"
        note = f"words a sentence: {length[evaluated]:.2f} and {length[baseline]:.2f}"
        scores = (max(bleu[evaluated], 1e-9), max(bleu[baseline], 1e-9))
        rows.append(single("decoding", title, baseline, "BLEU", *scores, "more", target=target, note=note))
    return rows


def n_best(bench: Bench) -> Row:
    """N-best lists of 35 compared with beam 5: the cost should not grow faster than the beam, a factor of 7."""
    threads, models = bench.threads[0], bench.models
    task = Task("n-best 35", models.teacher, 5, max(20, bench.effort.sentences // 10), {})
    sources = str(write_sources(bench, task))
    settings = {"model": str(models.teacher), "precision": "bfloat16", "single": False, "sources": sources}
    starters = {
        str(beam): partial(
            Worker, "ours_decoding", settings | {"beam": beam, "n_best": n_best}, threads, bench.log("n-best", beam)
        )
        for beam, n_best in ((35, 35), (5, 1))
    }
    turns, _ = alternate(starters, bench.effort.repeats)
    ours = [Turn(turn.seconds, turn.amount * 35) for turn in turns["35"]]
    peer = [Turn(turn.seconds, turn.amount * 5) for turn in turns["5"]]
    name, unit = "n-best 35, bf16, 1 thread" if threads == 1 else "n-best 35, bf16", "sentences x beam a second"
    return paired("decoding", name, "seqkd beam 5", unit, ours, peer, target=1.0, note=models.note)
