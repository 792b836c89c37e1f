"""Files that stand where a model should and are none, or another's."""

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from cases import HANDLED, Case
from safetensors.torch import load_file, save, save_file

from seqkd.data.tokenizer import SubwordModel
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.errors import UserError

SMALL = TransformerSettings(dim=16, ffn_dim=24, heads=2, encoder_layers=2, decoder_layers=2)


class Evil:
    """What unpickling it would do."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, ("pwned",)


def good(folder: Path) -> Path:
    """A model of 20 and 20 pieces."""
    torch.manual_seed(0)
    checkpoint.save(checkpoint.build(SMALL, 20, 20), SMALL, (20, 20), folder)
    return folder / "model.safetensors"


def model(name: str, answer: str, spoil: Callable[[Path], object]) -> Case:
    """A model of which a file is spoilt; it is loaded as every stage does it."""

    def give(folder: Path) -> None:
        file = good(folder / "results")
        spoil(file)
        checkpoint.load(folder / "results", "float32", (20, 20))

    return Case(name, give, answer)


def start(name: str, answer: str, spoil: Callable[[Path], object]) -> Case:
    """The same, as what a student starts from."""

    def give(folder: Path) -> None:
        spoil(good(folder / "results"))
        checkpoint.init_from(checkpoint.build(SMALL, 20, 20), folder / "results")

    return Case(f"a start: {name}", give, answer)


def weights(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        tensors = load_file(file)
        change(tensors)
        save_file(tensors, file)

    return spoil


def put(content: bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content)


def header(text: str | bytes, data: bytes = b"", length: int | None = None) -> Callable[[Path], object]:
    """A safetensors file with this header, or one that tells another length of it."""
    raw = text.encode() if isinstance(text, str) else text
    return put(struct.pack("<Q", len(raw) if length is None else length) + raw + data)


def described(**changes: Any) -> Callable[[Path], None]:
    """model.json with some values changed, ``model`` meaning its settings."""

    def spoil(file: Path) -> None:
        path = file.with_name("model.json")
        content = json.loads(path.read_text(encoding="utf-8"))
        content["model"] |= changes.pop("model", {})
        path.write_text(json.dumps(content | changes), encoding="utf-8")

    return spoil


def description(text: str) -> Callable[[Path], object]:
    return lambda file: file.with_name("model.json").write_text(text, encoding="utf-8")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _pytorch(file: Path) -> None:
    torch.save({"weight": torch.zeros(3)}, file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _swapped(tensors: dict[str, torch.Tensor]) -> None:
    tensors["surprise"] = tensors.pop("tgt_embedding")


def _of_another_vocabulary(folder: Path) -> None:
    good(folder / "results")
    checkpoint.load(folder / "results", "float32", (40, 20))


def tokenizer(name: str, answer: str, content: bytes) -> Case:
    def give(folder: Path) -> None:
        (folder / "src.model").write_bytes(content)
        SubwordModel(folder / "src.model")

    return Case(f"a tokenizer: {name}", give, answer)


def _unpickled(folder: Path) -> None:
    try:
        model("", "", put(pickle.dumps(Evil()))).give(folder)
    except UserError:
        assert not (folder / "pwned").exists()
        raise


MEMBERS = '{"model": {"architecture": "ensemble", "members": [{}, {}]}, "src_vocabulary": 20, "tgt_vocabulary": 20}'
ENTRY = '"dtype": "F32", "shape": [2], "data_offsets"'
NOT = r"model\.safetensors: not the weights of this model \(.*Delete the folder"
NO = r"model\.json: does not describe a model \("
MODELS = [
    Case("a pickle that would run code", _unpickled, NOT),
    model("a PyTorch checkpoint", NOT, _pytorch),
    model("an empty file", NOT, put(b"")),
    model("seven bytes", NOT, put(b"\x01" * 7)),
    model("a page of markup", NOT, put(b"<html>404 not found</html>")),
    model("zeros", NOT, put(b"\0" * 4096)),
    model("noise", NOT, put(bytes(range(256)) * 99)),
    model("missing", NOT, lambda file: file.unlink()),
    model("a folder", NOT, _folder),
    model("cut off", NOT, _cut),
    model("cut in its header", NOT, lambda file: file.write_bytes(file.read_bytes()[:99])),
    model("bytes behind its end", NOT, lambda file: file.write_bytes(file.read_bytes() + b"more")),
    model("a header of 2^63 bytes", NOT, header("{}", length=2**63)),
    model("a header of a gigabyte", NOT, header("{}", length=2**30)),
    model("a header of no length", NOT, header("", length=0)),
    model("a header that is no JSON", NOT, header("{'a': 1}")),
    model("a header that is a list", NOT, header("[1, 2]")),
    model("a header that is no UTF-8", NOT, header(b"{\xff}")),
    model("a header of 100,000 brackets", NOT, header('{"a": ' + "[" * 10**5)),
    model("a header without weights", NOT, header("{}")),
    model("offsets beyond the end", NOT, header(f'{{"a": {{{ENTRY}: [0, 999]}}}}', b"x" * 8)),
    model("offsets that run backwards", NOT, header(f'{{"a": {{{ENTRY}: [8, 0]}}}}', b"x" * 8)),
    model("offsets that overlap", NOT, header(f'{{"a": {{{ENTRY}: [0, 8]}}, "b": {{{ENTRY}: [0, 8]}}}}', b"x" * 8)),
    model("a shape of 2^62", NOT, header('{"a": {"dtype": "F32", "shape": [4611686018427387904, 8], "data_offsets": [0, 8]}}', b"x" * 8)),
    model("a negative shape", NOT, header('{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}', b"x" * 8)),
    model("a type nobody knows", NOT, header('{"a": {"dtype": "Q7", "shape": [2], "data_offsets": [0, 8]}}', b"x" * 8)),
    model("whole numbers for weights", r"it holds numbers of type I64, expected F32", weights(lambda w: w.update({k: v.long() for k, v in w.items()}))),
    model("a weight missing", r"it lacks encoder_norm\.weight", weights(lambda w: w.pop("encoder_norm.weight"))),
    model("a weight of another name", r"it also holds surprise", weights(_swapped)),
    model("a weight too many", r"it also holds surprise", weights(lambda w: w.update(surprise=torch.zeros(2)))),
    model("a name that would colour the terminal", r"it also holds \\x1b\[31m", weights(lambda w: w.update({"\x1b[31m": torch.zeros(2)}))),
    model("5000 weights too many", r"it also holds .*\[\.\.\.\]", weights(lambda w: w.update({f"w{i}": torch.zeros(1) for i in range(5000)}))),
    model("a wrong shape", r"encoder_norm\.weight has shape \[17\], expected \[16\]", weights(lambda w: w.update({"encoder_norm.weight": torch.zeros(17)}))),
    model("a shape turned around", r"tgt_embedding has shape \[16, 20\], expected \[20, 16\]", weights(lambda w: w.update(tgt_embedding=w["tgt_embedding"].T.contiguous()))),
    model("sizes that fill memory", r"has shape \[20, 16\], expected \[20, 16384\]", described(model={"dim": 16384, "ffn_dim": 65536, "encoder_layers": 200})),
    model("other sizes than its weights'", r"has shape \[20, 16\], expected \[20, 32\]", described(model={"dim": 32})),
    model("one layer less than its weights", r"it also holds encoder\.1\.", described(model={"encoder_layers": 1})),
    model("a vocabulary of 2^62", rf"{NO}.*vocabularies of 4611686018427387904", described(src_vocabulary=2**62, tgt_vocabulary=2**62)),
    model("a vocabulary of none", rf"{NO}.*vocabularies of 0", described(src_vocabulary=0)),
    model("a vocabulary of words", rf"{NO}.*vocabularies of 'many'", described(src_vocabulary="many")),
    model("model.json missing", rf"{NO}FileNotFoundError", lambda file: file.with_name("model.json").unlink()),
    model("model.json empty", rf"{NO}JSONDecodeError", description("")),
    model("model.json a list", rf"{NO}TypeError", description("[1]")),
    model("model.json of 100,000 brackets", rf"{NO}RecursionError", description("[" * 10**5)),
    model("model.json without the model", rf"{NO}KeyError: 'model'", description("{}")),
    model("an architecture that is a path", NO, described(model={"architecture": "../../evil"})),
    model("an architecture that is another module", NO, described(model={"architecture": "store"})),
    model("an architecture that is a number", NO, described(model={"architecture": 7})),
    model("an ensemble of members that are none", rf"{NO}KeyError", lambda file: file.with_name("model.json").write_text(MEMBERS)),
    model("a setting out of bounds", rf"{NO}ValidationError", described(model={"heads": 0})),
    model("a setting nobody knows", rf"{NO}ValidationError", described(model={"surprise": 1})),
    Case("a foreign vocabulary", _of_another_vocabulary, r"vocabularies of 20 and 20 subwords, but the tokenizer has 40 and"),
    start("noise", NOT, put(b"noise" * 99)),
    start("a wrong shape", r"tgt_embedding has shape \[21, 16\], expected \[20, 16\]", weights(lambda w: w.update(tgt_embedding=torch.zeros(21, 16)))),
    start("layers left over", HANDLED, weights(lambda w: w.update({k.replace(".1.", ".2."): v.clone() for k, v in w.items()}))),
    tokenizer("empty", r"src\.model: no readable SentencePiece model|src\.model: the ids of padding", b""),
    tokenizer("a page of markup", r"src\.model: no readable SentencePiece model", b"<html>404</html>"),
    tokenizer("noise", r"src\.model: no readable SentencePiece model", bytes(range(256)) * 9),
    tokenizer("a pickle", r"src\.model: no readable SentencePiece model", pickle.dumps({"a": 1})),
]  # fmt: skip


def bytes_of_a_model() -> bytes:
    """A whole safetensors file, to be spoilt at random."""
    torch.manual_seed(0)
    return save(
        {name: weight.detach().contiguous() for name, weight in checkpoint.build(SMALL, 20, 20).named_parameters()}
    )
