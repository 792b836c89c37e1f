"""The trainer. A method is a choice of prefix source, objective, model and starting point."""

import logging
import math
import os
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from seqkd.data.batching import Batch, BatchStream
from seqkd.data.dataset import PAD, Dataset
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.settings import LengthLimits
from seqkd.distillation import TEACHER_TOPK
from seqkd.losses import user_losses
from seqkd.models import ArchitectureSettings, checkpoint
from seqkd.models.base import TranslationModel
from seqkd.models.packed_linear import packed
from seqkd.training.checkpoint import TrainingState, load_state
from seqkd.training.distributed import ProcessGroup
from seqkd.training.evaluation import Evaluation, dev_evaluation, training_sample_evaluation
from seqkd.training.flat_parameters import FlatParameters
from seqkd.training.metrics import Progress, as_lines
from seqkd.training.microbatches import backward
from seqkd.training.schedule import learning_rate
from seqkd.training.settings import TrainingSettings
from seqkd.training.signals import Stop, StopRequested, catch_signals
from seqkd.training.summary import compare_with_dev, training_stats
from seqkd.training.train_step import TrainStep
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_text
from seqkd.utils.malloc import tune_malloc

log = logging.getLogger(__name__)

SAVE_SECONDS = float(os.environ.get("SEQKD_SAVE_SECONDS", "60"))
"""Interval between saves of the state. Does not change results, so it is not a setting of an experiment."""

DIVERGENCE_FACTOR = 10.0
"""Training counts as diverged when the loss exceeds this multiple of max(1, first loss)."""


class Trainer:
    """A training in progress; :meth:`run` starts or resumes it.

    Dropout is seeded by (seed, update) and the batches by (seed, epoch), so a training that was interrupted anywhere
    resumes exactly.
    """

    def __init__(
        self,
        model: TranslationModel,
        settings: TrainingSettings,
        seed: int,
        dataset: Dataset,
        train_step: TrainStep,
        evaluation: Evaluation,
        folder: Path,
    ) -> None:
        self.model, self.settings, self.seed, self.folder = model, settings, seed, folder
        self.dataset, self.train_step, self.evaluation = dataset, train_step, evaluation
        self.processes = train_step.processes
        self.weights = FlatParameters(model, checkpoint.DTYPES[settings.precision])
        self.state, self.saved = TrainingState(), 0
        self.optimizer = torch.optim.AdamW(
            [self.weights.master],
            lr=settings.learning_rate,
            betas=(settings.adam_beta1, settings.adam_beta2),
            weight_decay=settings.weight_decay,
            fused=True,
        )

    def run(self, stop: Stop) -> None:
        """Train to the last update and load the best weights into ``model``.

        Raises:
            SystemExit: a signal asked to stop; the state is saved.
            UserError: the loss or the weights are not finite, or training diverged; the last good state is kept.
        """
        self.resume()
        stream = BatchStream(self.dataset, self.settings.batch_tokens, self.seed, self.state.position)
        progress = Progress(self.settings.updates, self.state.update)
        saved = time.monotonic()
        batches = iter(stream)
        while True:
            self.evaluate_if_due(stop)
            signal = self.processes.any_stop_requested(stop.signal)
            if signal or time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
            if signal:
                log.warning("stopped by signal %d at update %d; run again to resume", signal, self.state.update)
                raise SystemExit(128 + signal)
            if self.state.update >= self.settings.updates:
                break
            self.update(next(batches), progress)
            self.state.position = stream.position
        self.weights.master.data.copy_(self.state.tensors["best"])
        self.weights.copy_to_model()

    def update(self, batch: Batch, progress: Progress) -> None:
        """One optimiser step."""
        self.state.update += 1
        progress_fraction = self.state.update / self.settings.updates
        seed = self.seed * 1_000_003 + self.state.update
        local_loss = backward(self.train_step, batch.to(self.processes.device), progress_fraction, seed)
        norm = self.weights.reduce_and_clip_grad(self.settings.clip_norm, self.processes.all_reduce_)
        loss = self.processes.all_reduce_sum(local_loss)
        self.raise_if_diverged(loss, norm)
        rate = learning_rate(self.settings, self.state.update)
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        self.weights.copy_to_model()
        tokens = int((batch.target != PAD).sum())
        self.state.tokens += tokens
        self.state.rows += progress.add(self.state, tokens, loss, rate, norm)

    def raise_if_diverged(self, loss: float, norm: float) -> None:
        """Raise if the loss or the gradient is not finite, or if training has diverged."""
        finite = math.isfinite(loss) and math.isfinite(norm)
        if finite and self.state.first_loss is None:
            self.state.first_loss = loss
        if not finite or loss > DIVERGENCE_FACTOR * max(1.0, abs(self.state.first_loss or 0.0)):
            raise self.divergence_error(f"loss {loss:.6g}, gradient norm {norm:.6g}")

    def check_weights(self) -> None:
        """Raise if the weights are not finite, before they are evaluated or saved."""
        if not bool(self.weights.master.detach().isfinite().all()):
            raise self.divergence_error("its step led to weights that are not finite")

    def divergence_error(self, reason: str) -> UserError:
        """The error of a training that cannot continue."""
        kept = f"The last good state, of update {self.saved}, is kept" if self.saved else "No state had been saved yet"
        return UserError(
            f"training stopped at update {self.state.update}: {reason}. {kept}. Try a smaller learning_rate, a longer "
            "warmup, a smaller clip_norm or precision: float32."
        )

    def evaluate_if_due(self, stop: Stop) -> None:
        """Evaluate on dev at evenly spaced updates, including the last, and keep the best weights (the latest on ties).

        A stop signal postpones the evaluation to the next start, unless there are several processes."""
        update, updates, count = self.state.update, self.settings.updates, self.settings.num_evaluations
        if not update or update * count // updates == (update - 1) * count // updates or self.measured == update:
            return
        self.check_weights()
        try:
            with stop.at_once(self.processes.count == 1):
                scores = self.evaluation.measure(self.model)
        except StopRequested:
            return
        best = self.state.best
        better = best is None or self.evaluation.rank(scores.bleu, scores.chrf) >= self.evaluation.rank(*best[1:])
        if better:
            self.state.best = (update, scores.bleu, scores.chrf)
            self.state.tensors["best"] = self.weights.master.detach().clone()
        note = ", best so far" if better else ""
        text = "update %d: dev %s (greedy), length ratio %.3f%s"
        log.info(text, update, self.evaluation.words(scores), scores.length_ratio, note)
        row = {f"dev_{name}": value for name, value in asdict(scores).items()}
        self.state.rows.append({"update": update, **row, "best": better})

    @property
    def measured(self) -> int:
        """The update of the latest evaluation on dev, or 0."""
        return max((row["update"] for row in self.state.rows if "dev_bleu" in row), default=0)

    def save(self) -> None:
        """Atomically replace the saved state. It is the same in all processes, so only rank 0 writes."""
        self.check_weights()
        if self.processes.rank or not self.state.update:
            return
        adam = self.optimizer.state[self.weights.master]
        self.state.tensors |= {
            "master": self.weights.master.detach(),
            "exp_avg": adam["exp_avg"],
            "exp_avg_sq": adam["exp_avg_sq"],
        }
        self.state.tensors |= self.train_step.objective_state
        self.state.save(self.folder)
        self.saved = self.state.update

    def resume(self) -> None:
        """Resume from the saved state, if there is one."""
        state = load_state(self.folder)
        if state is None:
            return
        self.state, self.saved = state, state.update
        self.weights.master.data.copy_(state.tensors["master"])
        self.train_step.load_objective_state(state.tensors)
        self.optimizer.state[self.weights.master] = {
            "step": torch.tensor(float(state.update), device=self.processes.device),
            "exp_avg": state.tensors["exp_avg"].to(self.processes.device),
            "exp_avg_sq": state.tensors["exp_avg_sq"].to(self.processes.device),
        }
        self.weights.copy_to_model()
        log.info("resuming from update %d", state.update)


def train_model(
    *,
    model: ArchitectureSettings,
    training: TrainingSettings,
    loss: dict[str, dict[str, Any]],
    seed: int,
    tokenizer: Path,
    targets: Path,
    corpus: Path,
    bleu_tokenize: str,
    limits: LengthLimits,
    teacher: Path | None,
    start: Path | None,
    keep_pruned: bool,
    folder: Path,
    state: Path,
    stored: Path | None = None,
    processes: ProcessGroup | None = None,
    is_fallback: bool = False,
) -> dict[str, Any]:
    """Train a model and write it to ``folder`` (model.safetensors, model.json, metrics.jsonl).

    Args:
        loss: weight and settings of each objective.
        targets: folder of the training pairs' ids.
        corpus: folder with dev.tgt.
        bleu_tokenize: sacrebleu's tokenization for the BLEU that selects the model.
        tokenizer: folder with models and dev ids.
        limits: length limits of translations, on dev and wherever else the model is used.
        teacher: folder of the teacher, required if a term of the loss reads it.
        start: folder of a model whose weights, or some of its layers, are loaded (the optimiser starts from scratch);
            otherwise weights are drawn from ``seed``.
        keep_pruned: hold weights that are zero in ``start`` at zero (finetuning a pruned model).
        state: folder for the resumable state.
        stored: folder of the stored teacher for these targets; the loss then reads it and no teacher runs.
        processes: this process of the training and its device; by default a single process on the CPU.
        is_fallback: BLEU's tokenization does not fit the language; see ``seqkd.corpus.language.Tokenization``.

    Returns:
        Counts and scores for the manifest.
    """
    tune_malloc()
    torch.set_flush_denormal(True)
    processes = processes or ProcessGroup()
    for name in filter(user_losses.is_path, loss):
        log.info("%s is a custom objective: this training runs code from outside seqkd", name)
    sizes = Tokenizer(tokenizer).sizes
    network = initial_model(model, sizes, seed, start).to(processes.device)
    teacher_model = checkpoint.load(teacher, training.precision, sizes).to(processes.device) if teacher else None
    dataset = Dataset(targets)
    teacher_topk = import_module(TEACHER_TOPK).StoredTeacher(stored, dataset) if stored else None
    train_step = TrainStep(loss, network, teacher_model, training.label_smoothing, teacher_topk, processes)
    evaluation = dev_evaluation(corpus, tokenizer, bleu_tokenize, limits, processes, is_fallback)
    trainer = Trainer(network, training, seed, dataset, train_step, evaluation, state)
    if keep_pruned:
        trainer.weights.set_pruning_mask()
    if evaluation.metric.name == "chrf":
        log.warning("dev set: %s; models are chosen by chrF", evaluation.metric.reason)
    with catch_signals() as stop, packed(teacher_model):
        trainer.run(stop)
    sample = training_sample_evaluation(dataset, tokenizer, bleu_tokenize, limits, processes, is_fallback)
    train = sample.measure(network)
    compare_with_dev(trainer.state, train, evaluation.metric, gold=targets == tokenizer / "train")
    if processes.rank == 0:
        write_text(folder / "metrics.jsonl", as_lines(trainer.state.rows))
        save_best(trainer, model, sizes, folder, limits)
    stats = training_stats(trainer.state, train, evaluation.metric)
    return stats | {"parameters": trainer.weights.master.numel()}


def initial_model(
    model: ArchitectureSettings, sizes: tuple[int, int], seed: int, start: Path | None
) -> TranslationModel:
    """The model before the first update: weights drawn from ``seed``, or those of the model in ``start``."""
    torch.manual_seed(seed)
    network = checkpoint.build(model, *sizes)
    if start is not None:
        checkpoint.init_from(network, start)
    return network


def save_best(
    trainer: Trainer, model: ArchitectureSettings, sizes: tuple[int, int], folder: Path, limits: LengthLimits
) -> None:
    """Write the model in float32, whatever its training precision."""
    full = checkpoint.build(model, *sizes)
    start = 0
    for parameter in full.parameters():
        stop = start + parameter.numel()
        parameter.data = trainer.weights.master.detach()[start:stop].view(parameter.shape).cpu()
        start = stop
    checkpoint.save(full, model, sizes, folder, limits)
