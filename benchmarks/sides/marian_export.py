"""Our weights as a Marian model. Runs in Marian's environment; for pre-norm models with one embedding matrix.

Two of Marian's conventions cannot be reproduced by weights: it starts a translation with a zero vector instead of the
embedding of a start symbol, and the wavelengths of its position vectors are spread over d/2 - 1 steps instead of d/2.
Translations therefore differ from ours, but the amount of work for a sentence of equal length is the same.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

Weights = dict[str, np.ndarray]
FIXED = """
bert-train-type-embeddings: true
bert-type-vocab-size: 2
factors-combine: sum
factors-dim-emb: 0
input-types: []
layer-normalization: false
lemma-dependency: ""
lemma-dim-emb: 0
output-omit-bias: false
right-left: false
separator-symbol: "[eos]"
skip: false
tied-embeddings: false
tied-embeddings-all: true
tied-embeddings-src: false
transformer-aan-activation: swish
transformer-aan-depth: 2
transformer-aan-nogate: false
transformer-alibi-shift: false
transformer-alibi-trainable: false
transformer-attention-mask: default
transformer-decoder-autoreg: self-attention
transformer-decoder-dim-ffn: 0
transformer-decoder-ffn-depth: 0
transformer-dim-aan: 2048
transformer-disable-position-embeddings: false
transformer-ffn-activation: relu
transformer-ffn-depth: 2
transformer-guided-alignment-layer: last
transformer-no-affine: false
transformer-no-bias: false
transformer-no-projection: false
transformer-pool: false
transformer-postprocess: da
transformer-postprocess-emb: d
transformer-postprocess-top: n
transformer-preprocess: n
transformer-rnn-projection: false
transformer-tied-layers: []
transformer-train-position-embeddings: false
type: transformer
ulr: false
ulr-dim-emb: 0
ulr-trainable-transformation: false
version: exported
"""
"""Metadata of a Marian model, apart from its sizes."""


def linear(out: Weights, ours: Weights, name: str, marian: dict[str, str]) -> None:
    """One of our linear maps, split into Marian's; ``marian`` maps the names of weights to those of biases."""
    weights = np.split(ours[f"{name}.weight"], len(marian))
    biases = np.split(ours[f"{name}.bias"], len(marian))
    for (weight, bias), w, b in zip(marian.items(), weights, biases, strict=True):
        out[weight], out[bias] = np.ascontiguousarray(w.T), b[None]


def attention(out: Weights, ours: Weights, name: str, marian: str) -> None:
    """A self- or cross-attention with its normalisation."""

    def parameters(letters: str) -> dict[str, str]:
        return {f"{marian}_W{letter}": f"{marian}_b{letter}" for letter in letters}

    if f"{name}.qkv.weight" in ours:
        linear(out, ours, f"{name}.qkv", parameters("qkv"))
    else:
        linear(out, ours, f"{name}.query", parameters("q"))
        linear(out, ours, f"{name}.kv", parameters("kv"))
    linear(out, ours, f"{name}.out", parameters("o"))
    norm(out, ours, f"{name}.norm", f"{marian}_Wo_ln", "_pre")


def norm(out: Weights, ours: Weights, name: str, marian: str, suffix: str) -> None:
    """A layer normalisation."""
    out[f"{marian}_scale{suffix}"], out[f"{marian}_bias{suffix}"] = (
        ours[f"{name}.weight"][None],
        ours[f"{name}.bias"][None],
    )


def export(model: Path, file: Path) -> None:
    """Write the model in ``model`` (model.safetensors, model.json) as ``file`` (.npz)."""
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    settings, ours = description["model"], load_file(model / "model.safetensors")
    size = description["tgt_vocabulary"]
    out: Weights = {"Wemb": ours["tgt_embedding"], "decoder_ff_logit_out_b": np.zeros((1, size), np.float32)}
    for side in ("encoder", "decoder"):
        for number in range(settings[f"{side}_layers"]):
            name, marian = f"{side}.{number}", f"{side}_l{number + 1}"
            attention(out, ours, f"{name}.attention", f"{marian}_self")
            if side == "decoder":
                attention(out, ours, f"{name}.cross", f"{marian}_context")
            linear(out, ours, f"{name}.feed.up", {f"{marian}_ffn_W1": f"{marian}_ffn_b1"})
            linear(out, ours, f"{name}.feed.down", {f"{marian}_ffn_W2": f"{marian}_ffn_b2"})
            norm(out, ours, f"{name}.feed.norm", f"{marian}_ffn_ffn_ln", "_pre")
        norm(out, ours, f"{side}_norm", f"{side}_top_ln", "")
    sizes = f"""dim-emb: {settings["dim"]}
dim-vocabs: [{size}, {size}]
dec-depth: {settings["decoder_layers"]}
enc-depth: {settings["encoder_layers"]}
transformer-dim-ffn: {settings["ffn_dim"]}
transformer-heads: {settings["heads"]}
"""
    metadata = np.frombuffer((sizes + FIXED.lstrip()).encode() + b"\0", dtype=np.int8)
    np.savez(file, **out, **{"special:model.yml": metadata})  # type: ignore[arg-type]


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
