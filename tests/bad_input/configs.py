"""Configs that are wrong: values, names, combinations, and files that are no config."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from cases import HANDLED, Case
from small_config import BASE, FILES, changed

from seqkd.config import load

SHA = "0" * 64
NAME_RULE = "a name has lower-case letters, digits and"
PLAIN = "corpus: {source: bible}\nmodels: {large: {}, small: {dim: 128}}\nteachers: {base: {model: large}}\n"


def value(path: str, value: Any, answer: str) -> Case:
    """A value at a key of a config that is right but for it."""
    return Case(f"{path}: {json.dumps(value):.60}", lambda folder: load(changed(path, value), "my.yaml"), answer)


def location(name: str, where: Any, answer: str) -> Case:
    """A file of the corpus."""
    config = {"corpus": {**FILES, "train": {"src": where, "tgt": "t.en"}}}
    return Case(f"corpus.train.src: {name}", lambda folder: load(BASE | config, "my.yaml"), answer)


def name(text: Any, section: str, answer: str = NAME_RULE) -> Case:
    """A name of a student, model, teacher or test set."""

    def give(folder: Path) -> None:
        config = copy.deepcopy(BASE) | {"corpus": copy.deepcopy(FILES)}
        sections = {"test_sets": config["corpus"]["test_sets"]} | config
        good = {"students": {}, "models": {}, "teachers": {"model": "large"}, "test_sets": {"src": "a", "tgt": "b"}}
        sections[section][text] = good[section]
        load(config, "my.yaml")

    return Case(f"{section}: the name {text!r:.40}", give, answer)


def file(name: str, text: str | bytes, answer: str) -> Case:
    """A whole file."""

    def give(folder: Path) -> None:
        path = folder / "my.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        load(path)

    return Case(f"file: {name}", give, answer)


def whole(name: str, make: Callable[[], dict[str, Any]], answer: str) -> Case:
    return Case(name, lambda folder: load(make(), "my.yaml"), answer)


NAMES = [
    *("../x", "a/b", "/etc/passwd", "..", ".", ".hidden", "", " ", "a b", "-rf", "A", "é", "a\n", "a\x00b", "x" * 65),
    *("$(touch pwned)", "`id`", "; rm -rf ~", "a|b", "a&b", "a'b", 'a"b', "a>b", "<script>alert(1)</script>", "{x}"),
    *("a%2fb", "a\\b", "\x1b[31mred", "\u202eabc", "名前", "*", "~", "a:b", "a=b"),
]
VALUES = [
    value("training/updates", 0, "training.updates: found 0; must be greater than or equal to 1"),
    value("training/updates", -5, "training.updates: found -5; must be greater"),
    value("training/updates", 1.5, "training.updates: found 1.5; must be a valid integer"),
    value("training/updates", "many", "training.updates: found 'many'; must be a valid integer"),
    value("training/updates", "0x10", "training.updates: found '0x10'; must be a valid integer"),
    value("training/updates", None, "training.updates: found None; must be a valid integer"),
    value("training/updates", [1], r"training.updates: found \[1\]; must be a valid integer"),
    value("training/updates", {"a": 1}, "training.updates: found {'a': 1}; must be a valid integer"),
    value("training/updates", 10**30, "training.updates: found 1000.*; must be less than or equal to 100000000"),
    value("training/updates", True, "training.updates: found true; must be a number"),
    value("training/updates", float("inf"), "training.updates: found inf; must be a finite number"),
    value("training/batch_tokens", 1, "training.batch_tokens: found 1; must be greater than or equal to 16"),
    value("training/learning_rate", 0, "training.learning_rate: found 0; must be greater than 0"),
    value("training/learning_rate", 2, "training.learning_rate: found 2; must be less than or equal to 1"),
    value("training/learning_rate", float("nan"), "training.learning_rate: found nan; must be a finite number"),
    value("training/learning_rate", False, "training.learning_rate: found .*; must be"),
    value("training/warmup_updates", -1, "training.warmup_updates: found -1; must be greater than or equal to 0"),
    value("training/adam_beta2", 1, "training.adam_beta2: found 1; must be less than 1"),
    value("training/num_evaluations", 1001, "training.num_evaluations: found 1001; must be less than or equal to 1000"),
    value("training/precision", "float16", "training.precision: found 'float16'; must be 'float32' or 'bfloat16'"),
    value("training/schedule", ["cosine"], "training.schedule: found .*; must be 'inverse-sqrt'"),
    value("training", "fast", "training: found 'fast'; must be a section"),
    value("models/small/dim", 7, "models.small: dim 7 must be a multiple of heads 4"),
    value("models/small/dim", 10**9, "models.small.dim: found 1000000000; must be less than or equal to 16384"),
    value("models/small/heads", 0, "models.small.heads: found 0; must be greater than or equal to 1"),
    value(
        "models/small/encoder_layers", 201, "models.small.encoder_layers: found 201; must be less than or equal to 200"
    ),
    value("models/small/dropout", 1.0, "models.small.dropout: found 1.0; must be less than 1"),
    value("models/small/dropout", -0.1, "models.small.dropout: found -0.1; must be greater than or equal to 0"),
    value("models/small/architecture", "../../evil", "architecture: found .*; must be one of 'transformer', 'lstm'"),
    value("models/small/architecture", ["lstm"], r"models.small.architecture: found \['lstm'\]; must be one of"),
    value(
        "models/small/tie_embeddings",
        "sometimes",
        "models.small.tie_embeddings: found 'sometimes'; must be 'all', 'decoder' or 'none'",
    ),
    value("models", [], "models: found .*; must be a section"),
    value("models/small", "large", "models.small: "),
    value("tokenizer/vocab_size", 7, "tokenizer.vocab_size: found 7; must be greater than or equal to 8"),
    value("tokenizer/vocab_size", 10**7, "tokenizer.vocab_size: found 10000000; must be less than or equal to 1000000"),
    value("tokenizer/type", "wordpiece", "tokenizer.type: found 'wordpiece'; must be 'unigram', 'bpe' or 'word'"),
    value("tokenizer/character_coverage", 0.5, "tokenizer.character_coverage: found 0.5; must be greater than 0.9"),
    value("tokenizer/shared_vocab", "perhaps", "tokenizer.shared_vocab: found 'perhaps'; must be a valid boolean"),
    value("seeds", [], "seeds: found .*; must have at least 1 item"),
    value("seeds", [-1], "seeds.0: found .*; must be greater than or equal to 0"),
    value("seeds", [2**31], "seeds.0: found .*; must be less than 2147483648"),
    value("seeds", [3, 3], "seeds: 3 is listed twice"),
    value("seeds", [True], "seeds.0: found true; must be a number"),
    value("seeds", 1, "seeds: found 1; must be a valid list"),
    value("seeds", list(range(101)), "seeds: found .*; must have at most 100 items"),
    value("prune/sparsities", [0.0], "prune.sparsities.0: found .*; must be greater than 0"),
    value("prune/sparsities", [1], "prune.sparsities.0: found .*; must be less than 1"),
    value("prune/students", ["nobody"], "prune.students: found 'nobody'; must be one of"),
    value("prune/students", "a", "prune.students: found 'a'; must be a valid list"),
    value("decode/search", {"beam": 0}, "decode.search.beam: found .*; must be greater than or equal to 1"),
    value("decode/search", {"beam": 10**6}, "decode.search.beam: found .*; must be less than or equal to 1000"),
    value("decode/shard_size", 0, "decode.shard_size: found 0; must be"),
    value("score/bleu_tokenize", "nonsense", "score.bleu_tokenize: "),
    value("title", "x" * 201, "title: found 'xxx.*; must have at most 200 characters"),
    value("title", 7, "title: found 7; must be a valid string"),
    value("title", "\ud800", "title: found .*; must be a valid string"),
    value("report", None, "report: found .*; must be a section"),
    value("students/a/targets", "seqkd", "students.a.targets: found 'seqkd'; must be 'gold'"),
    value("students/a/loss", {}, "students.a.loss: found .*; must be a name such as nll"),
    value("students/a/loss", 0.5, "students.a.loss: found 0.5; must be a name such as nll"),
    value("students/a/loss", "nll; touch pwned", "students.a.loss: found 'nll; touch pwned'; must be one of"),
    value("students/a/loss", "__init__", "students.a.loss: found '__init__'; must be one of"),
    value("students/a/loss", {"nll": float("inf")}, "students.a.loss.nll: found weight inf"),
    value("students/a/loss", {"nll": -1}, "students.a.loss.nll: found weight -1"),
    value("students/a/loss", {"nll": True}, "students.a.loss.nll: found weight True"),
    value("students/a/loss", {"x" * 5000: 1}, r"students.a.loss: found 'xxx.*\.\.\.; must be one of "),
    value("students/a/teacher_top_k", 5000, "students.a.teacher_top_k: found 5000; must be less than or equal to 1024"),
    value("students/a/init_from", "nobody", "students.a.init_from: found 'nobody'; must be one of"),
    value("students/a/init_from", "a", "students.a.init_from: found a cycle, a starts from a;"),
    value("students/a/init_from", "b", "students.a.init_from: found a cycle, a starts from b, which starts from a;"),
    value("students/a/teacher", "a", "students.a.teacher: found 'a'; must be one of base"),
    value(
        "students/a/model", "larg", "students.a.model: found 'larg'; must be one of large, small; did you mean large"
    ),
    value("students/base", {}, "students.base: a teacher has this name too"),
    value("students", "a", "students: found 'a'; must be a section"),
    value("teachers", None, "teachers: found .*; must be a section"),
    value("teachers", {}, "teachers: found {}; must have at least 1 item"),
    value("corpus", {}, "corpus: has no `source`; write one of `source: bible`"),
    value("corpus", "bible", "corpus: found 'bible'; must be a section"),
    value("corpus/source", "__import__('os')", "corpus.source: found .*; must be one of 'bible', 'captions', 'files'"),
    value("corpus/source_text", "koran", "corpus.source_text: found 'koran'; must be 'elberfelder'"),
    value("corpus/target_text", "elberfelder", "corpus: source_text and target_text are both elberfelder"),
    value("corpus/test_verses", 10**6, "corpus.test_verses: found 1000000; must be less than or equal to 20000"),
    value(
        "corpus/cleaning", {"max_ratio": 0.5}, "corpus.cleaning.max_ratio: found .*; must be greater than or equal to 1"
    ),
    value("__class__", 1, "__class__: unknown key"),
    value("training/updates ", 1, "training.updates : unknown key; did you mean updates"),
    value("\x1b[2J\x1b[31m", 1, r"my.yaml: \\x1b\[2J\\x1b\[31m: unknown key"),
    value("\u202etitle", 1, r"\\u202etitle: unknown key; did you mean title"),
    value("k" * 10000, 1, "my.yaml: k{80}: unknown key; allowed here"),
    value("truth", {"sources": 5}, "truth: found with `corpus.source: bible`"),
    value("speed/threads", 0, "speed.threads: found 0; must be greater than or equal to 1"),
]
LOCATIONS = [
    location("an empty path", "", "corpus.train.src.*: must be a path, "),
    location("a path with NUL", "a\0b", r"corpus.train.src.*: must be a path, .*found 'a\\x00b'"),
    location("a path with a line break", "a\nb", "corpus.train.src.*: must be a path"),
    location("a list", ["a.de", "b.de"], "src: one file is expected, found a list of 2; join them, in the same order"),
    location("the target's file", "t.en", "corpus.train: src and tgt are the same file"),
    location("an address without checksum", "https://x.org/a", "corpus.train.src: an address needs its checksum"),
    location("file:///etc/passwd", "file:///etc/passwd", "corpus.train.src: an address needs its checksum"),
    location("file: with a checksum", {"url": "file:///etc/passwd", "sha256": SHA}, "url: must be an address of a"),
    location("ftp:", {"url": "ftp://x.org/a", "sha256": SHA}, "url: must be an address of a file, http"),
    location("javascript:", {"url": "javascript:alert(1)", "sha256": SHA}, "url: must be an address of a file"),
    location("an address without a file", {"url": "https://x.org/", "sha256": SHA}, "url: must be an address of a"),
    location("an address with a blank", {"url": "https://x.org/a b", "sha256": SHA}, "url: must be an address of a"),
    location("an address that holds ESC", {"url": "https://x.org/\x1bab", "sha256": SHA}, "url: must be an address"),
    location("a port that is none", {"url": "https://x.org:99999/a", "sha256": SHA}, "url: no usable address .*Port"),
    location("a broken IPv6 host", {"url": "http://[::1/a", "sha256": SHA}, "url: no usable address .*IPv6"),
    location("letters outside ASCII", {"url": "http://x.org/ä", "sha256": SHA}, "url: no usable address .*%XX"),
    location("a checksum too short", {"url": "https://x.org/a", "sha256": "abc"}, "sha256: must be a SHA-256 of 64"),
    location("a checksum in capitals", {"url": "https://x.org/a", "sha256": "A" * 64}, "sha256: must be a SHA-256"),
    location(
        "a negative size", {"url": "https://x.org/a", "sha256": SHA, "size": -1}, "size: found -1; must be greater"
    ),
    location("an unknown key", {"url": "https://x.org/a", "sha256": SHA, "md5": "x"}, "md5: unknown key"),
    whole(
        "corpus.target_language: markup",
        lambda: BASE | {"corpus": FILES | {"target_language": "<b>"}},
        "corpus.target_language: must be a language code such as de, pt-BR, nob, zho_Hans or zh-Hant-TW, found '<b>'",
    ),
    whole(
        "corpus.target_language: a language's name",
        lambda: BASE | {"corpus": FILES | {"target_language": "Chinese"}},
        "corpus.target_language: must be a language code such as .*, found 'Chinese'",
    ),
    whole(
        "corpus.target_language: no number, no truth value",
        lambda: BASE | {"corpus": FILES | {"target_language": False}},
        "corpus.target_language: found False; must be a valid string",
    ),
    whole(
        "corpus.source_language: a script misspelt",
        lambda: BASE | {"corpus": FILES | {"source_language": "zho_Hnas"}},
        "corpus.source_language: found 'zho_Hnas', whose script, .* write zh, or .* zh-Hans-CN",
    ),
    whole(
        "corpus.test_sets: none",
        lambda: BASE | {"corpus": FILES | {"test_sets": {}}},
        "corpus.test_sets: found {}; must have",
    ),
]


def _many(count: int) -> dict[str, Any]:
    return BASE | {"seeds": list(range(1, 101)), "students": {f"s{number}": {} for number in range(count)}}


def _chain(length: int) -> dict[str, Any]:
    return BASE | {"students": {"s0": {}} | {f"s{i}": {"init_from": f"s{i - 1}"} for i in range(1, length)}}


def _three() -> dict[str, Any]:
    return BASE | {"students": {"a": {"init_from": "b"}, "b": {"init_from": "c"}, "c": {"init_from": "a"}}}


WHOLE = [
    whole("students: a cycle of three", _three, "a cycle, a starts from b, which starts from c, which starts from a"),
    whole(
        "students: 1000, each from the one before",
        lambda: _chain(1000),
        "a chain of 51 students that start from one another; at most 50",
    ),
    whole(
        "students: 300, with 100 seeds", lambda: _many(300), "30002 models .* at most 20000 are allowed; remove some"
    ),
    whole("students: 20000", lambda: BASE | {"students": {f"s{i}": {} for i in range(20000)}}, "characters as JSON"),
    whole("four thousand unknown keys", lambda: BASE | {f"k{i:04}": 1 for i in range(4000)}, "and 3990 more errors"),
    whole("keys that are numbers", lambda: BASE | {1: 2}, "my.yaml: 1: "),
]


def _doubling(line: str) -> str:
    return "title: x\nz0: &a0 {x: 1}\n" + "".join(line.format(i=i, p=i - 1) for i in range(1, 60))


PARTS = [
    file("nothing", "", "my.yaml: holds no keys"),
    file("comments alone", "# title: x\n", "my.yaml: holds no keys"),
    file("a list", "- a\n- b\n", "my.yaml: holds no keys"),
    file("a word", "hello\n", "my.yaml: holds no keys"),
    file("two documents", "title: a\n---\ntitle: b\n", ":2: not YAML .* expected a single document|but found another"),
    file("an open bracket", "title: [\n", r"my.yaml:2: not YAML as a config needs it"),
    file("a tab", "training:\n\tupdates: 5\n", "my.yaml:2: not YAML .*cannot start any token"),
    file("indented wrongly", "training:\n  updates: 5\n warmup_updates: 3\n", "my.yaml:3: not YAML"),
    file("a key twice", "title: a\ntitle: b\n", "my.yaml:2: .*the key title is written twice"),
    file("a student twice", "students:\n  a: {}\n  a: {}\n", "my.yaml:3: .*the key a is written twice"),
    file("a tag that runs a command", 'title: !!python/object/apply:os.system ["touch pwned"]\n', "my.yaml:1: .*deter"),
    file("a tag that imports", "title: !!python/name:os.system\n", "my.yaml:1: .*could not determine a constructor"),
    file("a tag of its own", "title: !include /etc/passwd\n", "my.yaml:1: .*could not determine a constructor"),
    file("!!binary", "title: !!binary aGk=\n", "my.yaml:1: .*could not determine a constructor"),
    file("!!timestamp", "title: !!timestamp never\n", "my.yaml:1: .*could not determine a constructor"),
    file("!!set", "title: !!set {a, b}\n", "my.yaml:1: .*could not determine a constructor"),
    file("!!int of a word", "title: !!int x\n", "my.yaml:1: .*'x' cannot be read as int"),
    file("!!float of a word", "title: !!float x\n", "my.yaml:1: .*'x' cannot be read as float"),
    file("!!bool of a word", "title: !!bool perhaps\n", "my.yaml:1: .*'perhaps' cannot be read as bool"),
    file("!!seq of a section", "title: !!seq {a: 1}\n", "my.yaml:1: not YAML"),
    file("a number of 5000 digits", f"title: x\nseeds: [{'1' * 5000}]\n", "my.yaml:2: .*cannot be read as int"),
    file(
        "1e999",
        PLAIN + "training: {learning_rate: 1e999}\n",
        "training.learning_rate: found inf; must be a finite number",
    ),
    file(
        "a number with underscores",
        PLAIN + "training: {updates: 1__0}\n",
        "training.updates: found '1__0'; must be a valid int",
    ),
    file(
        "12:30 as a number",
        PLAIN + "training: {updates: 12:30}\n",
        "training.updates: found '12:30'; must be a valid integer",
    ),
    file("an alias to nothing", "title: *nowhere\n", "my.yaml:1: .*found undefined alias"),
    file("an alias inside what it names", "title: &a [*a]\n", "my.yaml:1: .*more than 100000 values; its aliases"),
    file("lists that double sixty times", _doubling("z{i}: &a{i} [*a{p}, *a{p}]\n"), "more than 100000 values; its al"),
    file("sections that double", _doubling("z{i}: &a{i} {{x: *a{p}, y: *a{p}}}\n"), "more than 100000 values; its al"),
    file("merges that double", _doubling("z{i}: &a{i} {{<<: [*a{p}, *a{p}]}}\n"), "more than 100000 values; its al"),
    file("a merge of a number", "title: x\nmodels: {<<: 1}\n", "my.yaml:2: .*expected a mapping"),
    file("2000 brackets", "title: " + "[" * 2000 + "]" * 2000, "my.yaml: nested too deeply"),
    file("100 brackets", PLAIN + "title: " + "[" * 100 + "]" * 100, r"title: found \[\[\[.*; must be a valid string"),
    file("a list as a key", "? [a, b]\n: 1\n", "my.yaml:1: .*found unhashable key"),
    file("NUL", b"title: a\nseeds: [1\0]\n", r"my.yaml:2: .*it holds the character '\\x00'"),
    file("a control character", b"title: a\x1b[31m\n", r"my.yaml:1: .*it holds the character '\\x1b'"),
    file("a control character as an escape", 'title: x\n"\\x1b[31m": 1\n', r"my.yaml: \\x1b\[31m: unknown key"),
    file("half a character as an escape", PLAIN + 'title: "\\ud800"\n', "title: found .*; must be a valid string"),
    file("Latin-1", "title: für\n".encode("latin-1"), r"my.yaml: not UTF-8 text \(byte 8\). Save it as UTF-8"),
    file("UTF-16", "title: für\n".encode("utf-16"), r"my.yaml: not UTF-8 text \(byte 0\)"),
    file("an image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "my.yaml: not UTF-8 text"),
    file("a gzip file", b"\x1f\x8b\x08\0\0\0\0\0", "my.yaml: not UTF-8 text"),
    file("a page of markup", "<html><body>404</body></html>", "my.yaml: holds no keys"),
    file("a shell script", "#!/bin/sh\nrm -rf x\n", "my.yaml: holds no keys"),
    file(
        "300 kilobytes", "title: x\n" + "# filler\n" * 35000, "my.yaml: more than 262144 bytes, too large for a config"
    ),
    file(
        "100 kilobytes of keys",
        "".join(f"key-{i}: x\n" for i in range(9000)),
        "characters as JSON; at most 60000 are allowed",
    ),
    file("YAML of another version", "%YAML 3.0\n---\ntitle: x\n", "my.yaml:1: .*found incompatible YAML document"),
    file("a byte order mark", b"\xef\xbb\xbf" + PLAIN.encode(), HANDLED),
    file("CRLF", PLAIN.replace("\n", "\r\n"), HANDLED),
    file("JSON", json.dumps(BASE), HANDLED),
    file("no line break at the end", yaml.safe_dump(BASE).rstrip("\n"), HANDLED),
    Case("file: missing", lambda folder: load(folder / "no.yaml"), r"no.yaml: cannot be read \(No such file"),
    Case("file: a folder", lambda folder: load(folder), r"cannot be read \(Is a directory\)"),
    Case("file: a device without end", lambda folder: load(Path("/dev/zero")), "/dev/zero: more than 262144 bytes"),
]
CONFIGS = [
    *VALUES,
    *LOCATIONS,
    *(name(text, "students") for text in NAMES),
    *(name("../up", section) for section in ("models", "teachers", "test_sets")),
    name(7, "students", 'students.7: the name 7 is not text in YAML; write "7"$'),
    name(None, "students", 'the name null is not text in YAML; write "null"$'),
    name(2014, "test_sets", 'corpus.test_sets.2014: the name 2014 is not text in YAML; write "2014"$'),
    *WHOLE,
    *PARTS,
]
