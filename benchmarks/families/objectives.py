"""Every objective's step against the passes that it needs, and a step from a stored teacher against an ordinary one.

The passes of an objective are those of ``cost in passes`` in docs/methods.md: for each prefix that it reads an ordinary
likelihood step of the student (forward and backward), the teacher's forward pass to its logits, and where it samples
from the student that sampling. Both sides take the same batches and start from the same student.
"""

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, announce
from benchmarks.families.training import settings
from benchmarks.rows import Row, paired
from benchmarks.turns import Worker, alternate, say
from seqkd import losses
from seqkd.losses.hidden_states import misfit_of_models
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.teacher.storing import store_teacher

UNIT = "target tokens a second"
WORDS = 32
"""Of the stored teacher."""
ASKED = 1 / 1.1
ASKED_STORED = 1 / 1.2
MORE = {"js, exact mixture": {"js": {"weight": 1.0, "mixture": "exact"}}}
"""Settings that cost more than an objective's own."""
NOTE = "the passes, with a likelihood on each instead of the objective"

Loss = dict[str, dict[str, Any]]


def rows(bench: Bench) -> list[Row]:
    """With one number of threads, in bfloat16."""
    threads = bench.threads[0]
    words = announce(threads)
    found = [stored_row(bench, threads, words)]
    for name, loss in wanted().items():
        told = told_of(bench, loss)
        if any(losses.reads_layers(term) for term in loss) and not fits(told):
            continue
        say(f"  {name}")
        kinds = {"step": told, "passes": told | {"bare": True}}
        turns = taken(bench, kinds, threads, name)
        title, peer = f"{name} step, {words}", "the passes that it needs"
        found.append(paired("objectives", title, peer, UNIT, turns["step"], turns["passes"], target=ASKED, note=NOTE))
    return found


def wanted() -> dict[str, Loss]:
    """Losses to be measured, by name; what compares layers stands beside a likelihood."""
    found: dict[str, Loss] = {}
    for name in losses.NAMES:
        if losses.needs_teacher(name):
            beside = {"nll": {"weight": 1.0}} if losses.reads_layers(name) else {}
            found[name] = beside | {name: {"weight": 1.0}}
    return found | MORE


def told_of(bench: Bench, loss: Loss) -> dict[str, Any]:
    """What the side is told: the student of the suite, or some of the teacher's layers where layers are compared."""
    layers = any(losses.reads_layers(term) for term in loss)
    start = bench.models.teacher if layers else bench.models.student
    model, _, vocabulary = store.describe(start)
    if layers:
        fewer = {"encoder_layers": max(1, model.model_dump()["encoder_layers"] // 2), "decoder_layers": 1}
        model = model.model_copy(update=fewer)
    assert isinstance(model, TransformerSettings), "the training side knows Transformers alone"
    told = settings(bench, model, "bfloat16") | {"updates": 2 * bench.effort.updates, "loss": loss}
    told |= {"teacher": str(bench.models.teacher), "start": str(start), "vocabulary": vocabulary}
    told |= {"label_smoothing": 0.0}
    return told | ({"data": str(bench.given.tokenizer / "train")} if bench.given else {})


def fits(told: dict[str, Any]) -> bool:
    """Whether the layers of student and teacher can be compared: given models may be of other kinds."""
    teacher = store.describe(Path(told["teacher"]))[0].model_dump()
    return not misfit_of_models(losses.settings_of("hidden-states")(), told["model"], teacher)


def stored_row(bench: Bench, threads: int, words: str) -> Row:
    """Word-KD from a stored teacher against likelihood alone."""
    told = told_of(bench, {"nll": {"weight": 1.0}})
    folder = bench.cache / "stored" / f"{bench.models.teacher.parent.name}-{WORDS}"
    if not (folder / "rest.npy").exists():
        say(f"  storing the teacher's {WORDS} best words")
        store_teacher(
            k=WORDS, model=bench.models.teacher, targets=Path(told["data"]), precision="bfloat16", folder=folder,
            state=folder.with_name(f"{folder.name}-state"),
        )  # fmt: skip
    own = {key: value for key, value in told.items() if key != "teacher"}
    kinds = {"step": own | {"loss": {"word-kd": {"weight": 1.0}}, "stored": str(folder)}, "passes": own}
    turns = taken(bench, kinds, threads, "stored")
    title, peer = f"word-kd step from a stored teacher, k = {WORDS}, {words}", "seqkd NLL step"
    return paired("objectives", title, peer, UNIT, turns["step"], turns["passes"], target=ASKED_STORED)


def taken(bench: Bench, kinds: dict[str, dict[str, Any]], threads: int, name: str) -> dict[str, Any]:
    """The turns of both sides."""
    starters = {
        kind: partial(Worker, "ours_training", told, threads, bench.log("objectives", name, kind, threads))
        for kind, told in kinds.items()
    }
    turns, reasons = alternate(starters, bench.effort.repeats)
    for kind, reason in reasons.items():
        raise RuntimeError(f"{name}, {kind}: {reason}")
    return turns
