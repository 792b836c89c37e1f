"""Our weights as a Marian model. Runs in Marian's environment; for pre-norm models with one embedding matrix.

Two of Marian's conventions cannot be changed by weights: it begins a translation with a vector of zeros where ours has
the embedding of a start symbol, and its position vectors spread their wave lengths over d/2 - 1 steps instead of d/2.
So its translations differ from ours; the work for a sentence of equal length is the same.
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
"""What a Marian model says of itself, beyond its sizes."""


def linear(out: Weights, ours: Weights, name: str, theirs: dict[str, str]) -> None:
    """One of our linear maps, cut into as many of theirs; ``theirs`` maps a weight's name to its bias's."""
    weights = np.split(ours[f"{name}.weight"], len(theirs))
    biases = np.split(ours[f"{name}.bias"], len(theirs))
    for (weight, bias), w, b in zip(theirs.items(), weights, biases, strict=True):
        out[weight], out[bias] = np.ascontiguousarray(w.T), b[None]


def attention(out: Weights, ours: Weights, name: str, theirs: str) -> None:
    """A self- or cross-attention with its normalisation."""

    def ends(letters: str) -> dict[str, str]:
        return {f"{theirs}_W{letter}": f"{theirs}_b{letter}" for letter in letters}

    if f"{name}.qkv.weight" in ours:
        linear(out, ours, f"{name}.qkv", ends("qkv"))
    else:
        linear(out, ours, f"{name}.query", ends("q"))
        linear(out, ours, f"{name}.kv", ends("kv"))
    linear(out, ours, f"{name}.out", ends("o"))
    norm(out, ours, f"{name}.norm", f"{theirs}_Wo_ln", "_pre")


def norm(out: Weights, ours: Weights, name: str, theirs: str, end: str) -> None:
    """A layer normalisation."""
    out[f"{theirs}_scale{end}"], out[f"{theirs}_bias{end}"] = ours[f"{name}.weight"][None], ours[f"{name}.bias"][None]


def export(model: Path, file: Path) -> None:
    """Write the model in ``model`` (model.safetensors, model.json) as ``file`` (.npz)."""
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    settings, ours = description["model"], load_file(model / "model.safetensors")
    size = description["tgt_vocabulary"]
    out: Weights = {"Wemb": ours["tgt_embedding"], "decoder_ff_logit_out_b": np.zeros((1, size), np.float32)}
    for side in ("encoder", "decoder"):
        for number in range(settings[f"{side}_layers"]):
            name, theirs = f"{side}.{number}", f"{side}_l{number + 1}"
            attention(out, ours, f"{name}.attention", f"{theirs}_self")
            if side == "decoder":
                attention(out, ours, f"{name}.cross", f"{theirs}_context")
            linear(out, ours, f"{name}.feed.up", {f"{theirs}_ffn_W1": f"{theirs}_ffn_b1"})
            linear(out, ours, f"{name}.feed.down", {f"{theirs}_ffn_W2": f"{theirs}_ffn_b2"})
            norm(out, ours, f"{name}.feed.norm", f"{theirs}_ffn_ffn_ln", "_pre")
        norm(out, ours, f"{side}_norm", f"{side}_top_ln", "")
    sizes = f"""dim-emb: {settings["dim"]}
dim-vocabs: [{size}, {size}]
dec-depth: {settings["decoder_layers"]}
enc-depth: {settings["encoder_layers"]}
transformer-dim-ffn: {settings["ffn"]}
transformer-heads: {settings["heads"]}
"""
    told = np.frombuffer((sizes + FIXED.lstrip()).encode() + b"\0", dtype=np.int8)
    np.savez(file, **out, **{"special:model.yml": told})  # type: ignore[arg-type]


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
