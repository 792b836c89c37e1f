"""A teacher and a student for the decoding rows, trained briefly unless a finished run is given."""

from pathlib import Path

from benchmarks.bench import BATCH_TOKENS, Bench, Models
from benchmarks.turns import say
from seqkd.decoding.settings import LengthLimits
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.settings import TrainingSettings
from seqkd.training.trainer import train_model
from seqkd.utils.files import digest


def train(bench: Bench) -> Models:
    """Train both on the references, or take them from the cache: random weights would not end sentences in time."""
    effort, text = bench.effort, bench.text
    updates = (effort.teacher_updates, effort.student_updates)
    folder = (
        bench.cache / "models" / digest([text.name, effort.teacher.canonical(), effort.student.canonical(), *updates])
    )
    for name, model, count in (("teacher", effort.teacher, updates[0]), ("student", effort.student, updates[1])):
        if not (folder / name / "model.safetensors").exists():
            say(f" training a {name} for {count} updates")
            say(f"  dev BLEU {_train(bench, model, count, folder / name)}")
    note = f"models trained by the suite on the references, {updates[0]} and {updates[1]} updates"
    return Models(folder / "teacher", folder / "student", text.tokenizer, note)


def _train(bench: Bench, model: TransformerSettings, updates: int, folder: Path) -> float:
    settings = TrainingSettings(
        updates=updates,
        batch_tokens=BATCH_TOKENS,
        learning_rate=0.002,
        warmup_updates=updates // 5,
        schedule="linear",
        label_smoothing=0.1,
        num_evaluations=1,
    )
    stats = train_model(
        model=model,
        training=settings,
        loss={"nll": {"weight": 1.0}},
        seed=1,
        tokenizer=bench.text.tokenizer,
        targets=bench.text.tokenizer / "train",
        corpus=bench.text.corpus,
        bleu_tokenize=bench.text.bleu_tokenize,
        limits=LengthLimits(),
        teacher=None,
        start=None,
        keep_pruned=False,
        folder=folder,
        state=folder / "state",
    )
    return float(stats["dev_bleu"])
