"""Artefacts that were cut short, emptied, or in which one bit flipped: noticed before use, made anew or refused."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from kills import TARGET, differences
from workflow_place import Place, copy

from seqkd.config import load
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.reruns.corpus_checksums import checksums
from seqkd.pipeline.reruns.outdated import TOUCH_NS, Outdated, find_outdated
from seqkd.utils import manifest
from seqkd.utils.errors import UserError

OF_THE_WEB = {
    "download": "download/*-train.xx/*-train.xx",
    "text of the corpus": "corpus/train.src",
    "text of a test set": "test_sets/test/test.tgt",
    "tokenizer": "tokenizer/tgt.model",
    "token ids": "tokenizer/train/src.ids.npy",
    "beginnings of sentences": "tokenizer/dev/tgt.offsets.npy",
    "weights of a teacher": "teachers/base/1/model.safetensors",
    "weights of a student": "students/samples/1/model.safetensors",
    "description of a model": "students/seq-inter/1/model.json",
    "curve of a training": "students/samples/1/metrics.jsonl",
    "n-best lists": "decode/base/1/n-best/00000.jsonl",
    "samples": "decode/base/1/samples/00000.jsonl",
    "targets": "targets/base/1/seq-inter/tgt.ids.npy",
    "stored teacher": "teacher_topk/base/1/seq-inter/8/log_probs.npy",
    "scores": "scores/students/samples/1/test/scores.json",
    "translations": "translations/students/samples/1/test/greedy.txt",
    "facts of translations": "translations/students/samples/1/test/translations.json",
    "comparison with a teacher": "teacher_agreement/students/samples/1/test/teacher_agreement.json",
    "table of scores": "scores.csv",
    "page": "report.html",
    "manifest of the corpus": "corpus/manifest.json",
    "manifest of the tokenizer": "tokenizer/manifest.json",
    "manifest of a teacher": "teachers/base/1/manifest.json",
    "manifest of a shard": "decode/base/1/n-best/00000.manifest.json",
    "manifest of targets": "targets/base/1/samples/manifest.json",
    "manifest of a stored teacher": "teacher_topk/base/1/seq-inter/8/manifest.json",
    "manifest of the report": "report/manifest.json",
}
OF_CAPTIONS = {
    "decodes": "decode/base/1/beam/00001.jsonl",
    "weights of an ensemble": "teachers/both/1/model.safetensors",
    "weights of a pruned student": "pruned/seq-kd/0.8/1/pruned/model.safetensors",
    "speeds": "speed/students/seq-kd/1/speed.json",
    "truths": "truth/students/seq-kd/1/truth.json",
    "oracle scores": "oracle_scores/test/oracle_scores.json",
}
"""Kind of artefact to one of it, below the results of the experiment that has it."""
KINDS = OF_THE_WEB | OF_CAPTIONS


def cut(content: bytes, generator: random.Random) -> bytes:
    return content[: generator.randrange(1, len(content))]


def empty(content: bytes, generator: random.Random) -> bytes:
    return b""


def flip(content: bytes, generator: random.Random) -> bytes:
    place = generator.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << generator.randrange(8)]) + content[place + 1 :]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {"truncated": cut, "emptied": empty, "bit-flipped": flip}
EACH = pytest.mark.parametrize("damage", DAMAGES)
EVERY = pytest.mark.parametrize(
    "kind", [*OF_THE_WEB, *(pytest.param(kind, marks=pytest.mark.faults_all) for kind in OF_CAPTIONS)]
)


def artefact(place: Place, kind: str) -> Path:
    return next(place.results.glob(KINDS[kind]))


def harm(file: Path, damage: str) -> bytes:
    """Damage a file, always in the same way; gives what it held."""
    content = file.read_bytes()
    file.write_bytes(DAMAGES[damage](content, random.Random(file.name)))
    return content


def settled(file: Path) -> Path:
    """The file, once its manifest, which may just have been copied, is old enough for dates to tell of a change."""
    while time.time_ns() <= owner(file).stat().st_ctime_ns + TOUCH_NS:
        time.sleep(0.02)
    return file


def owner(file: Path) -> Path:
    """The manifest that speaks for a file, or is it."""
    if file.name.endswith(manifest.NAME):
        return file
    if file.suffix == ".jsonl" and "decode" in file.parts:
        return file.with_suffix(".manifest.json")
    if (file.parent / "report/manifest.json").exists():
        return file.parent / "report/manifest.json"
    return next(one for one in (folder / manifest.NAME for folder in file.parents) if one.exists())


@dataclass(frozen=True)
class Spare:
    """A copy of a finished run in which every damage is undone after it, and its plan."""

    place: Place
    plan: Plan

    def stale(self) -> Outdated:
        return find_outdated(self.plan, self.place.results)


@pytest.fixture(scope="module")
def spare(undisturbed, tmp_path_factory) -> Callable[[str], Spare]:
    """The spare of the experiment that has a kind of artefact."""

    @cache
    def made(experiment: str) -> Spare:
        place = copy(undisturbed(experiment), tmp_path_factory.mktemp("spare"))
        return Spare(place, Plan(load(place.config), Code(place.clone), lambda paths: checksums(paths, place.results)))

    return lambda kind: made("captions" if kind in OF_CAPTIONS else "web")


@EACH
@EVERY
def test_it_is_noticed_before_any_job_runs(spare, kind: str, damage: str) -> None:
    one = spare(kind)
    file = settled(artefact(one.place, kind))
    content = harm(file, damage)
    found = one.stale()
    file.write_bytes(content)
    reason = found.get(owner(file).as_posix(), "")
    if owner(file) == file:
        assert reason.startswith("its manifest is unreadable ("), found
    else:
        name = os.path.relpath(file, owner(file).parent)
        assert reason == f"{name} has another {'content' if damage == 'bit-flipped' else 'size'}"


def test_what_is_whole_again_is_no_longer_told(spare) -> None:
    assert spare("page").stale() == {}


def test_what_was_changed_after_its_manifest_is_hashed_once(spare, monkeypatch) -> None:
    one = spare("weights of a teacher")
    artefact(one.place, "weights of a teacher").touch()
    assert one.stale() == {}
    monkeypatch.setattr("seqkd.pipeline.reruns.hash_cache.sha256", lambda path: pytest.fail(f"{path} is hashed again"))
    assert one.stale() == {}


@pytest.mark.parametrize("experiment", ["web", pytest.param("captions", marks=pytest.mark.faults_all)])
def test_a_finished_run_has_nothing_to_do(undisturbed, experiment: str, record_property) -> None:
    place = undisturbed(experiment)
    before, begun = seen(place), time.monotonic()
    done = place.snakemake(*TARGET)
    record_property("answered", {experiment: round(time.monotonic() - begun, 1)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to be done" in done.stdout + done.stderr
    assert seen(place) == before


def seen(place: Place) -> dict[Path, tuple[int, int]]:
    """What is in the results, with inode and date: a file that is written anew, even alike, has others."""
    files = [file for file in place.results.rglob("*") if file.is_file() and ".state" not in file.parts]
    return {file: (file.stat().st_ino, file.stat().st_ctime_ns) for file in files}


@EACH
@EVERY
def test_a_job_that_reads_it_refuses_it(spare, kind: str, damage: str) -> None:
    """As a disk does that loses a bit: without any date to tell of it, or while the run goes on."""
    file = artefact(spare(kind).place, kind)
    content = harm(file, damage)
    with pytest.raises(UserError) as told:
        manifest.verify(owner(file))
    file.write_bytes(content)
    assert file.name in str(told.value) and "run the same command again" in str(told.value)


def made_again(place: Place, finished: Place, *damages: tuple[str, str]) -> None:
    for kind, damage in damages:
        harm(settled(artefact(place, kind)), damage)
    done = place.snakemake(*TARGET)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Changed since the results were made:" in done.stderr
    assert differences(finished, place) == []
    assert place.dry_run() == set()


def test_the_same_command_makes_it_again(finished: Place, place: Place) -> None:
    made_again(place, finished, ("stored teacher", "bit-flipped"), ("scores", "emptied"), ("page", "truncated"))


WHOLE = {
    "weights of a teacher": "truncated",
    "samples": "emptied",
    "n-best lists": "bit-flipped",
    "manifest of the corpus": "emptied",
}


@pytest.mark.faults_all
@pytest.mark.parametrize("kind", WHOLE)
def test_the_same_command_makes_each_again(finished: Place, place: Place, kind: str) -> None:
    made_again(place, finished, (kind, WHOLE[kind]))


def test_a_damaged_note_of_a_benchmark_stops_no_report(finished: Place, place: Place) -> None:
    """Snakemake writes it after the job has ended: a run killed then leaves half of it, and nobody makes it again."""
    notes = sorted((place.results / "benchmarks").rglob("*.tsv"))
    for note, damage in zip(notes, DAMAGES, strict=False):
        harm(note, damage)
    (place.results / "report.html").unlink()
    done = place.snakemake(*TARGET)
    assert done.returncode == 0, done.stdout + done.stderr
    assert differences(finished, place) == []


def test_halves_of_a_killed_job_go_with_the_next(place: Place) -> None:
    folder = place.results / "students/samples/1"
    (folder / ".model.safetensors.4194305.part").write_bytes(b"half")
    (folder / "model.safetensors").unlink()
    done = place.snakemake("results/students/samples/1/manifest.json", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(place.results.rglob("*.part"))
