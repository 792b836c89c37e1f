"""Corpora that are wrong, or only look it: what the corpus and tokenizer stages answer."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases import HANDLED, Case
from pydantic import TypeAdapter

from seqkd.corpus.make import make_corpus, make_test_set
from seqkd.corpus.settings import CorpusSettings
from seqkd.corpus.source import all_jobs
from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.data.tokenizer import Tokenizer
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.data.train_tokenizer import make_tokenizer
from seqkd.pipeline.reruns.corpus_checksums import checksums
from seqkd.utils.files import read_lines

SETTINGS: TypeAdapter[Any] = TypeAdapter(CorpusSettings)
GERMAN, ENGLISH = "eins\nzwei\ndrei\n", "one\ntwo\nthree\n"


class Text:
    """A small corpus in a folder, of which files may be replaced."""

    def __init__(self, folder: Path, **files: bytes | str | list[str]) -> None:
        self.folder, self.out = folder, folder / "results"
        self.out.mkdir(exist_ok=True)
        texts: dict[str, Any] = {"train_de": GERMAN, "train_en": ENGLISH, "dev_de": "vier\n", "dev_en": "four\n"}
        texts |= {"test_de": "fünf\n", "test_en": "five\n"} | files
        for name, text in texts.items():
            content = "".join(f"{line}\n" for line in text) if isinstance(text, list) else text
            self.path(name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def path(self, name: str) -> Path:
        return self.folder / name.replace("_", ".")

    def settings(self, **others: Any) -> Any:
        pairs = {part: {"src": f"{part}.de", "tgt": f"{part}.en"} for part in ("train", "dev", "test")}
        if self.path("test_doc").exists():
            pairs["test"]["documents"] = "test.doc"
        config = {"source": "files", "source_language": "de", "target_language": "en"}
        config |= {"train": pairs["train"], "dev": pairs["dev"], "test_sets": {"test": pairs["test"]}} | others
        return SETTINGS.validate_python(config)

    def make(self, **others: Any) -> dict[str, Any]:
        """Corpus and test set, as the stages make them; before them the check that comes as a run begins."""
        settings = self.settings(**others)
        checksums([file for job in all_jobs(settings) for file in job.local_files], self.out)
        facts = make_corpus(settings.job().settings, {}, self.out / "corpus")
        make_test_set(settings.job("test").settings, "test", {}, self.out / "test_sets")
        return facts

    def lines(self, name: str) -> list[str]:
        folder = "test_sets" if name.startswith("test") else "corpus"
        return read_lines(self.out / folder / name)


def text(name: str, answer: str, **files: Any) -> Case:
    """A corpus with some files replaced, refused."""
    return Case(name, lambda folder: Text(folder, **files).make(), answer)


def read(name: str, line: bytes | str, wanted: str) -> Case:
    """A training line that is read as ``wanted``."""

    def give(folder: Path) -> None:
        content = line if isinstance(line, bytes) else line.encode()
        corpus = Text(folder, train_de=GERMAN.encode() + content, train_en=ENGLISH + "last one\n")
        corpus.make()
        found = corpus.lines("train.src")
        assert found == [*GERMAN.split(), wanted], found

    return Case(name, give, HANDLED)


def left(name: str, de: list[str], en: list[str], kept: list[str]) -> Case:
    """Training pairs of which cleaning leaves the sources ``kept``."""

    def give(folder: Path) -> None:
        corpus = Text(folder, train_de=de, train_en=en)
        corpus.make()
        assert corpus.lines("train.src") == kept

    return Case(name, give, HANDLED)


def place(name: str, answer: str, spoil: Callable[[Text], object]) -> Case:
    """A corpus of which a file is put, spoilt, in another's place."""

    def give(folder: Path) -> None:
        corpus = Text(folder)
        spoil(corpus)
        corpus.make()

    return Case(name, give, answer)


def _zip() -> bytes:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("train.de", GERMAN)
    return packed.getvalue()


def _tar() -> bytes:
    with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w:gz") as archive:
        info = tarfile.TarInfo("../../train.de")
        info.size = len(GERMAN)
        archive.addfile(info, io.BytesIO(GERMAN.encode()))
    return packed.getvalue()


def _instead(of: str, make: Callable[[Path], object]) -> Callable[[Text], object]:
    def spoil(corpus: Text) -> None:
        corpus.path(of).unlink()
        make(corpus.path(of))

    return spoil


def _checksum(corpus: Text) -> None:
    other = {"path": "train.de", "sha256": hashlib.sha256(b"other").hexdigest()}
    corpus.make(train={"src": other, "tgt": "train.en"})


def _tokenized(name: str, answer: str, vocabulary: int, de: list[str], en: list[str]) -> Case:
    """A corpus that is read, and what the tokenizer says of it."""

    def give(folder: Path) -> None:
        corpus = Text(folder, train_de=de, train_en=en)
        corpus.make()
        make_tokenizer(TokenizerSettings(vocab_size=vocabulary), corpus.out / "corpus", corpus.out / "tokenizer")

    return Case(name, give, answer)


def _hard_words(folder: Path) -> None:
    """Text that spells the tokenizer's own pieces, blank mark included."""
    words = ["<s> </s> <unk> <pad>", "\u2581 eins", "<0x0A> <0x00>", "<2de>"]
    corpus = Text(folder, train_de=[*words, "eins zwei"], train_en=["a b c d", "e f", "g h", "i", "one two"])
    corpus.make()
    facts = make_tokenizer(TokenizerSettings(vocab_size=28), corpus.out / "corpus", corpus.out / "tokenizer")
    assert facts["train"]["src"]["sentences"] == 5
    pieces = Tokenizer(corpus.out / "tokenizer").src
    assert not {PAD, BOS, EOS} & {one for ids in pieces.encode(words) for one in ids}


def _line_of_ten_megabytes(folder: Path) -> None:
    corpus = Text(folder, train_de=GERMAN + "x" * 10**7 + "\n", train_en=ENGLISH + "long\n")
    assert corpus.make()["taken"] == {"over_max_chars": 1}


def _bomb() -> bytes:
    """Eighty megabytes in some ten kilobytes."""
    return gzip.compress((b"a" * 1023 + b"\n") * 2**12) * 20


SHIFTED = {"train_de": "".join(f"Satz {i}\n" for i in range(40)), "train_en": "".join(f"line {i}\n" for i in range(39))}
TEXTS = [
    text("an empty file", r"train\.de: the file is empty. One sentence a line", train_de=b""),
    text("an empty gzip file", r"train\.de: the file is empty", train_de=gzip.compress(b"")),
    text("a byte order mark and nothing else", r"corpus\.train: no pair is left", train_de=b"\xef\xbb\xbf", train_en="x"),
    text("blanks alone", r"corpus\.train: no pair is left after cleaning \(empty dropped 3", train_de=" \n\t\n\u3000\n"),
    text("one side a line shorter", r"train\.de has 40 lines, train\.en has 39 lines: they must be equal", **SHIFTED),
    text("one side without its last lines", r"train\.de has 3 lines, train\.en has 1 lines", train_en="one\n"),
    text("a test set of unequal lengths", r"test\.de has 1 lines, test\.en has 2 lines", test_en="five\nsix\n"),
    text("groups of another length", r"test\.doc has 3 lines", test_doc="a\nb\nc\n"),
    text("an empty group", r"test\.doc:1: empty line in a dev or test set", test_doc="\n"),
    text("an empty line in a test set", r"test\.en:2: empty line in a dev or test set", test_de="a\nb\n", test_en="a\n\n"),
    text("an empty line in a dev set", r"dev\.de:1: empty line in a dev or test set", dev_de="\n"),
    text("a test line of control characters", r"test\.de:1: empty line", test_de="\x01\x02\x7f\n"),
    text("a test line of 10 MB", r"test\.de:1: 10000000 characters in a line", test_de="x" * 10**7 + "\n"),
    text("a dev line of 10,001 characters", r"dev\.de:1: 10001 characters .* at most 10000", dev_de="x" * 10001),
    text("Latin-1", r"train\.de:2: not UTF-8 at byte 2 of the line \(fc 72", train_de="gut\nfür\nx\n".encode("latin-1")),
    text("Windows-1252", r"train\.de:1: not UTF-8 at byte 1 .* iconv", train_de="„a“\nb\nc\n".encode("cp1252")),
    text("Shift-JIS", r"train\.de:1: not UTF-8 .* iconv -f", train_de="日本\nb\nc\n".encode("shift-jis")),
    text("GB 18030", r"train\.de:1: not UTF-8 .* iconv -f", train_de="中文\nb\nc\n".encode("gb18030")),
    text("KOI8-R", r"train\.de:1: not UTF-8 .* iconv -f", train_de="да\nb\nc\n".encode("koi8-r")),
    text("UTF-16", r"train\.de:1: not UTF-8 but UTF-16 or UTF-32. .* iconv -f utf-16", train_de=GERMAN.encode("utf-16")),
    text("UTF-16 without its mark", r"train\.de:1: not UTF-8 but UTF-16", train_de=GERMAN.encode("utf-16-le")),
    text("UTF-16, high bytes first", r"train\.de:1: not UTF-8 but UTF-16", train_de=b"\xfe\xff" + GERMAN.encode("utf-16-be")),
    text("UTF-32", r"train\.de:1: not UTF-8 but UTF-16 or UTF-32", train_de=GERMAN.encode("utf-32")),
    text("UTF-8 cut in a character", r"train\.de:3: not UTF-8", train_de="a\nb\nü".encode()[:-1]),
    text("surrogates in UTF-8", r"train\.de:1: not UTF-8", train_de=b"\xed\xa0\x80\nb\nc\n"),
    text("an overlong slash", r"train\.de:1: not UTF-8 at byte 1", train_de=b"\xc0\xaf\nb\nc\n"),
    text("an image", r"train\.de:1: not UTF-8 at byte 1", train_de=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    text("a zip archive", r"train\.de: is a zip archive .* Unpack it first", train_de=_zip()),
    text("bzip2", r"train\.de: is packed by bzip2, not text", train_de=bz2.compress(GERMAN.encode())),
    text("xz", r"train\.de: is packed by xz, not text", train_de=lzma.compress(GERMAN.encode())),
    text("zstd", r"train\.de: is packed by zstd", train_de=b"\x28\xb5\x2f\xfd\x04\x00"),
    text("a PDF", r"train\.de: is a PDF, not text", train_de=b"%PDF-1.7\n"),
    text("a tar archive with a path that climbs", r"train\.de:1: not UTF-8 but UTF-16|train\.de", train_de=_tar()),
    text("gzip in gzip", r"train\.de:1: not UTF-8 at byte 2", train_de=gzip.compress(gzip.compress(GERMAN.encode()))),
    text("gzip cut off", r"train\.de:\d+: the gzip file is cut off", train_de=gzip.compress(os.urandom(5000).hex().encode())[:-900]),
    text("gzip with a spoilt checksum", r"train\.de:\d: damaged gzip", train_de=gzip.compress(GERMAN.encode())[:-8] + b"\1" * 8),
    text("gzip's first bytes and noise", r"train\.de:1: damaged gzip", train_de=b"\x1f\x8b" + b"\xff" * 50),
    text("a gzip bomb", r"train\.de:\d+: unpacks to over 200 times its size", train_de=_bomb()),
    place("a missing file", r"train\.de cannot be read \(No such file", lambda corpus: corpus.path("train_de").unlink()),
    place("a folder", r"train\.de cannot be read", _instead("train_de", lambda path: path.mkdir())),
    place("a pipe that nobody writes to", r"train\.de cannot be read \(no file but", _instead("train_de", os.mkfifo)),
    place(
        "a link to a device without end",
        r"dev\.de cannot be read \(no file but a folder, a pipe or a device\)",
        _instead("dev_de", lambda path: path.symlink_to("/dev/zero")),
    ),
    place("a link in a circle", r"test\.en cannot be read", _instead("test_en", lambda path: path.symlink_to(path))),
    place("another checksum", r"train\.de: its SHA-256 is [0-9a-f]{64}, the config says", _checksum),
    text("copies of the source alone", r"corpus\.train: in all 3 pairs the target is a copy", train_en=GERMAN),
    text("training text that is the dev set", r"no pair is left .*in_dev dropped 3", dev_de=GERMAN, dev_en=ENGLISH),
    text("training text that is the test set", r"no pair is left .*in_test_sets dropped 3", test_de=GERMAN, test_en=ENGLISH),
    text("lengths that never fit", r"no pair is left .*over_max_ratio dropped 3", train_de="x " * 30 + "\n" + "y " * 30 + "\n" + "z " * 30),
    Case("a line of 10 MB in the training text", _line_of_ten_megabytes, HANDLED),
    left("some untranslated copies", ["eins", "Berlin"], ["one", "Berlin"], ["eins", "Berlin"]),
    left("all lines the same", ["eins"] * 50, ["one"] * 50, ["eins"]),
    left("one line", ["eins"], ["one"], ["eins"]),
    left("an empty line in the training text", ["eins", "", "drei"], ["one", "two", "three"], ["eins", "drei"]),
    read("a byte order mark in the middle", "\ufeffneun\ufeffzehn\n", "neun zehn"),
    read("CRLF", "neun\r\n", "neun"),
    read("a lone CR", "neun\rzehn\n", "neun zehn"),
    read("no line break at the end", "neun", "neun"),
    read("NUL", "neun\0zehn\n", "neun zehn"),
    read("U+2028 and U+2029", "neun\u2028zehn\u2029sechs\n", "neun zehn sechs"),
    read("vertical tab, form feed, NEL", "neun\x0bzehn\x0csechs\x85sieben\n", "neun zehn sechs sieben"),
    read("escape sequences", "\x1b[31mneun\x07\n", "[31mneun"),
    read("decomposed letters", "tu\u0308r\n", "tür"),
    read("blanks of every width", "\u00a0neun\u3000\u2003zehn \n", "neun zehn"),
    read("Hebrew with marks of direction", "\u202bשלום עולם\u202c\n", "\u202bשלום עולם\u202c"),
    read("Arabic", "السلام عليكم\n", "السلام عليكم"),
    read("Chinese", "你好世界\n", "你好世界"),
    read("Thai", "สวัสดีชาวโลก\n", "สวัสดีชาวโลก"),
    read("emoji of several characters", "neun 👩‍👩‍👧‍👦\n", "neun 👩‍👩‍👧‍👦"),
    read("a hundred marks on a letter", "e" + "\u0315" * 100 + "\n", "e" + "\u0315" * 100),
    read("characters that are none", "neun\uffff\U0010ffff\n", "neun\uffff\U0010ffff"),
    read("markup", "<script>alert(1)</script> & <b>\n", "<script>alert(1)</script> & <b>"),
    read("a shell command", "$(touch pwned); `id`\n", "$(touch pwned); `id`"),
    read("a template", "{{7*7}} {%raw%}\n", "{{7*7}} {%raw%}"),
    Case("the tokenizer's own pieces, spelt out", _hard_words, HANDLED),
    _tokenized("too little text for the vocabulary", r"tokenizer\.vocab_size: 4000; the training text gives at most", 4000, ["eins zwei"], ["one two"]),
    _tokenized(
        "more characters than the vocabulary",
        r"tokenizer\.vocab_size: 16; the characters of the training text need \d+ subwords",
        16,
        ["".join(map(chr, range(0x400, 0x450)))],
        ["x"],
    ),
]  # fmt: skip
