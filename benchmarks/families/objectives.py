"""Training step of each objective compared with its passes, and a step with a stored teacher with an NLL step.

The passes of an objective are listed under ``cost in passes`` in docs/methods.md: for each prefix an NLL step of the
student (forward and backward), the teacher's forward pass to its logits, and sampling from the student if the objective
needs it. Both sides read the same batches and start from the same student.
"""

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, announce
from benchmarks.families.training import settings
from benchmarks.rows import Row, paired
from benchmarks.turns import Worker, alternate, say
from seqkd import losses
from seqkd.distillation.cache_teacher_topk import cache_teacher_topk
from seqkd.losses.hidden_states import incompatible_models
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings

UNIT = "target tokens a second"
STORED_TOP_K = 32
TARGET = 1 / 1.1
STORED_TARGET = 1 / 1.2
VARIANTS = {"js, exact mixture": {"js": {"weight": 1.0, "mixture": "exact"}}}
"""Settings that cost more than the defaults of an objective."""
NOTE = "the passes, each with NLL instead of the objective"

Loss = dict[str, dict[str, Any]]


def rows(bench: Bench) -> list[Row]:
    """Rows for the first number of threads, in bfloat16."""
    threads = bench.threads[0]
    label = announce(threads)
    rows = [stored_row(bench, threads, label)]
    for name, loss in measured_losses().items():
        options = side_settings(bench, loss)
        if any(losses.reads_layers(term) for term in loss) and not layers_match(options):
            continue
        say(f"  {name}")
        sides = {"step": options, "passes": options | {"passes_only": True}}
        turns = measure(bench, sides, threads, name)
        title, peer = f"{name} step, {label}", "the passes that it needs"
        rows.append(paired("objectives", title, peer, UNIT, turns["step"], turns["passes"], target=TARGET, note=NOTE))
    return rows


def measured_losses() -> dict[str, Loss]:
    """Losses to be measured, by name; an objective that compares layers is combined with NLL."""
    loss_by_name: dict[str, Loss] = {}
    for name in losses.NAMES:
        if losses.needs_teacher(name):
            nll = {"nll": {"weight": 1.0}} if losses.reads_layers(name) else {}
            loss_by_name[name] = nll | {name: {"weight": 1.0}}
    return loss_by_name | VARIANTS


def side_settings(bench: Bench, loss: Loss) -> dict[str, Any]:
    """Settings of a side: the student of the suite, or a subset of the teacher's layers if layers are compared."""
    layers = any(losses.reads_layers(term) for term in loss)
    start = bench.models.teacher if layers else bench.models.student
    model, _, vocabulary = checkpoint.load_model_config(start)
    if layers:
        fewer = {"encoder_layers": max(1, model.model_dump()["encoder_layers"] // 2), "decoder_layers": 1}
        model = model.model_copy(update=fewer)
    assert isinstance(model, TransformerSettings), "the training side only supports Transformers"
    options = settings(bench, model, "bfloat16") | {"updates": 2 * bench.effort.updates, "loss": loss}
    options |= {"teacher": str(bench.models.teacher), "start": str(start), "vocabulary": vocabulary}
    options |= {"label_smoothing": 0.0}
    return options | ({"data": str(bench.pretrained.tokenizer / "train")} if bench.pretrained else {})


def layers_match(options: dict[str, Any]) -> bool:
    """Whether the layers of student and teacher can be compared: models from the command line may be incompatible."""
    teacher = checkpoint.load_model_config(Path(options["teacher"]))[0].model_dump()
    return not incompatible_models(losses.settings_of("hidden-states")(), options["model"], teacher)


def stored_row(bench: Bench, threads: int, label: str) -> Row:
    """Word-KD with a stored teacher compared with NLL only."""
    options = side_settings(bench, {"nll": {"weight": 1.0}})
    folder = bench.cache / "stored" / f"{bench.models.teacher.parent.name}-{STORED_TOP_K}"
    if not (folder / "rest.npy").exists():
        say(f"  storing the teacher's {STORED_TOP_K} most probable tokens")
        cache_teacher_topk(
            k=STORED_TOP_K, model=bench.models.teacher, targets=Path(options["data"]), precision="bfloat16",
            folder=folder, state=folder.with_name(f"{folder.name}-state"),
        )  # fmt: skip
    options = {key: value for key, value in options.items() if key != "teacher"}
    word_kd = options | {"loss": {"word-kd": {"weight": 1.0}}, "stored": str(folder)}
    turns = measure(bench, {"step": word_kd, "passes": options}, threads, "stored")
    title, peer = f"word-kd step from a stored teacher, k = {STORED_TOP_K}, {label}", "seqkd NLL step"
    return paired("objectives", title, peer, UNIT, turns["step"], turns["passes"], target=STORED_TARGET)


def measure(bench: Bench, sides: dict[str, dict[str, Any]], threads: int, name: str) -> dict[str, Any]:
    """The turns of both sides."""
    starters = {
        side: partial(Worker, "ours_training", options, threads, bench.log("objectives", name, side, threads))
        for side, options in sides.items()
    }
    turns, reasons = alternate(starters, bench.effort.repeats)
    for side, reason in reasons.items():
        raise RuntimeError(f"{name}, {side}: {reason}")
    return turns
