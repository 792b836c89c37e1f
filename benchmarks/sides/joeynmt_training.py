"""JoeyNMT's training loop, which pauses for its next turn where it would log its progress.

Runs in JoeyNMT's environment. The text is split into subwords by our tokenizer, with one vocabulary for both sides.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.sides.channel import Channel


def config(settings: dict[str, Any], folder: str) -> dict[str, Any]:
    """A JoeyNMT configuration with our model and our batch size in tokens."""
    model = settings["model"]

    def stack(layers: int) -> dict[str, Any]:
        return {
            "type": "transformer",
            "num_layers": layers,
            "num_heads": model["heads"],
            "embeddings": {"embedding_dim": model["dim"], "scale": True, "dropout": model["dropout"]},
            "hidden_size": model["dim"],
            "ff_size": model["ffn_dim"],
            "dropout": model["dropout"],
            "layer_norm": "pre",
        }

    def side(language: str) -> dict[str, Any]:
        return {"lang": language, "level": "word", "voc_file": settings["vocabulary_file"], "max_length": 512}

    return {
        "name": "benchmark",
        "model_dir": folder,
        "use_cuda": False,
        "data": {
            "train": settings["subwords"],
            "dataset_type": "plain",
            "src": side("src"),
            "trg": side("tgt"),
        },
        "training": {
            "optimizer": "adamw",
            "adam_betas": [0.9, 0.98],
            "learning_rate": 0.0005,
            "learning_rate_min": 1e-9,
            "scheduling": "warmupinversesquareroot",
            "learning_rate_warmup": 200,
            "clip_grad_norm": 1.0,
            "label_smoothing": 0.1,
            "normalization": "tokens",
            "loss": "crossentropy",
            "batch_size": settings["batch_tokens"],
            "batch_type": "token",
            "epochs": 10000,
            "logging_freq": settings["updates"],
            "validation_freq": 10**9 * settings["updates"],
        },
        "testing": {"beam_size": 1},
        "model": {
            "tied_embeddings": True,
            "tied_softmax": True,
            "encoder": stack(model["encoder_layers"]),
            "decoder": stack(model["decoder_layers"]),
        },
    }


def main() -> None:
    """Serve turns of ``updates`` optimiser steps; the amount is real target tokens, end of sentence counted."""
    channel = Channel()
    from joeynmt.config import parse_global_args
    from joeynmt.data import load_data
    from joeynmt.model import build_model
    from joeynmt.training import TrainManager

    class Paused(TrainManager):
        """Instead of logging, answers for the finished turn and waits for the next."""

        def _log_scores(self, *args: Any) -> None:
            done = self.stats.total_tokens - getattr(self, "reported", 0)
            self.reported = self.stats.total_tokens
            channel.reply(amount=done)
            channel.wait()

    with tempfile.TemporaryDirectory() as folder:
        args = parse_global_args(config(channel.settings, folder), rank=0, mode="train")
        Path(folder).mkdir(exist_ok=True)
        src, tgt, train, _, _ = load_data(cfg=args.data, datasets=["train"])
        model = build_model(args.model, src, tgt)
        model.log_parameters_list()
        model.loss_function = (args.train.loss, args.train.label_smoothing)
        manager = Paused(
            rank=0,
            model=model,
            model_dir=args.model_dir,
            device=args.device,
            n_gpu=args.n_gpu,
            num_workers=args.num_workers,
            autocast=args.autocast,
            seed=args.seed,
            train_args=args.train,
            dev_args=args.test,
        )
        channel.wait()
        manager.train_and_validate(train_data=train, valid_data=train)


if __name__ == "__main__":
    main()
