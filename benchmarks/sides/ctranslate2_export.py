"""Our weights as a CTranslate2 model. Runs in CTranslate2's environment.

CTranslate2's Transformer supports everything that ours has: pre- and post-norm, ReLU, biases, scaled embeddings, a
custom table of position vectors, and one matrix for source, target and output.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.specs import transformer_spec
from safetensors.numpy import load_file

POSITIONS = 1024
Weights = dict[str, np.ndarray]


def sinusoids(length: int, dim: int) -> np.ndarray:
    """Our position vectors, [length, dim]: sines first, then cosines."""
    rates = np.exp(np.arange(0, dim, 2) * (-math.log(10000.0) / dim))
    angles = np.arange(length)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


def linear(spec: Any, weights: Weights, *names: str) -> None:
    """A linear map, concatenated from one or several of ours."""
    spec.weight = np.concatenate([weights[f"{name}.weight"] for name in names])
    spec.bias = np.concatenate([weights[f"{name}.bias"] for name in names])


def norm(spec: Any, weights: Weights, name: str) -> None:
    """A layer normalisation."""
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def layer(spec: Any, weights: Weights, name: str) -> None:
    """An encoder or decoder layer."""
    linear(spec.self_attention.linear[0], weights, f"{name}.attention.qkv")
    linear(spec.self_attention.linear[1], weights, f"{name}.attention.out")
    norm(spec.self_attention.layer_norm, weights, f"{name}.attention.norm")
    linear(spec.ffn_dim.linear_0, weights, f"{name}.feed.up")
    linear(spec.ffn_dim.linear_1, weights, f"{name}.feed.down")
    norm(spec.ffn_dim.layer_norm, weights, f"{name}.feed.norm")
    if name.startswith("decoder"):
        linear(spec.attention.linear[0], weights, f"{name}.cross.query")
        linear(spec.attention.linear[1], weights, f"{name}.cross.kv")
        linear(spec.attention.linear[2], weights, f"{name}.cross.out")
        norm(spec.attention.layer_norm, weights, f"{name}.cross.norm")


def export(model: Path, vocabulary: list[str], folder: Path) -> None:
    """Write the model in ``model`` (model.safetensors, model.json) as a CTranslate2 model to ``folder``."""
    settings = json.loads((model / "model.json").read_text(encoding="utf-8"))["model"]
    weights = load_file(model / "model.safetensors")
    pre = settings["norm"] == "pre"
    spec = transformer_spec.TransformerSpec.from_config(
        (settings["encoder_layers"], settings["decoder_layers"]), settings["heads"], pre_norm=pre
    )
    for name, side in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        embedding = weights.get("src_embedding" if name == "encoder" else "tgt_embedding", weights["tgt_embedding"])
        (side.embeddings[0] if name == "encoder" else side.embeddings).weight = embedding
        side.position_encodings.encodings = sinusoids(POSITIONS, settings["dim"])
        for number, layer_spec in enumerate(side.layer):
            layer(layer_spec, weights, f"{name}.{number}")
        if pre:
            norm(side.layer_norm, weights, f"{name}_norm")
    spec.decoder.projection.weight = weights.get("output_weight", weights["tgt_embedding"])
    spec.config.add_source_eos = True
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization=None)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


if __name__ == "__main__":
    export(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), Path(sys.argv[3]))
    assert ctranslate2.contains_model(sys.argv[3])
