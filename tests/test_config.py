import copy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from small_config import BASE, FILES, changed

from seqkd.config import ConfigError, Systems, load
from seqkd.utils.errors import UserError

ERRORS = [
    ("studens", {}, "studens: unknown key; did you mean students?"),
    ("nonsense", 1, "nonsense: unknown key; allowed here: title, seeds, corpus"),
    ("training/learing_rate", 0.1, "training.learing_rate: unknown key; did you mean learning_rate?"),
    ("students/a/learing_rate", 0.1, "students.a.learing_rate: unknown key; did you mean learning_rate?"),
    ("teachers/base/warm_up", 3, "teachers.base.warm_up: unknown key; did you mean warmup_updates?"),
    ("fine_tuning/update", 3, "fine_tuning.update: unknown key; did you mean updates?"),
    ("students/a/beam", 3, "students.a.beam: unknown key; `beam` belongs below `decode.search:`, `score.search:`"),
    ("corpus/max_words", 3, "corpus.max_words: unknown key; `max_words` belongs below `corpus.cleaning:`"),
    ("corpus/train", {}, "corpus.train: unknown key; it is only allowed with `source: files`"),
    ("corpus/dev_verse", 3, "corpus.dev_verse: unknown key; did you mean dev_verses?"),
    ("corpus/source", "bibel", "corpus.source: found 'bibel'; must be one of 'bible', 'captions', 'files'"),
    ("corpus", {}, "corpus: has no `source`; write one of `source: bible`, `source: captions`, `source: files`"),
    ("corpus", None, "corpus: found None; must be a section"),
    ("corpus", {**FILES, "test_sets": {}}, "corpus.test_sets: found {}; must have at least 1 item"),
    ("corpus", {**FILES, "dev": None}, "corpus.dev: found None; must be a section, keys and values indented below it"),
    ("corpus", {k: FILES[k] for k in FILES if k != "dev"}, "corpus.dev: is missing and has no default; write it"),
    ("corpus", {**FILES, "train": {"src": "a"}}, "corpus.train.tgt: is missing"),
    ("corpus", {**FILES, "test_sets": {"test": {}}}, "corpus.test_sets.test.src: is missing"),
    (
        "corpus",
        {**FILES, "train": {"src": "https://x.org/a", "tgt": "b"}},
        "corpus.train.src: an address needs its checks",
    ),
    ("training/updates", 0, "training.updates: found 0; must be greater than or equal to 1"),
    ("training/updates", 1.5, "training.updates: found 1.5; must be a valid integer"),
    ("training/learning_rate", "fast", "training.learning_rate: found 'fast'; must be a valid number"),
    ("training/learning_rate", -1, "training.learning_rate: found -1; must be greater than 0"),
    ("training/learning_rate", float("nan"), "training.learning_rate: found nan; must be a finite number"),
    ("training/label_smoothing", 1, "training.label_smoothing: found 1; must be less than 1"),
    (
        "training/schedule",
        "cosin",
        "training.schedule: found 'cosin'; must be 'inverse-sqrt', 'linear', 'cosine' or 'constant'",
    ),
    ("training/precision", "fp16", "training.precision: found 'fp16'; must be 'float32' or 'bfloat16'"),
    ("training", [1], "training: found [1]; must be a section, keys and values indented below it"),
    ("models/small/dim", 130, "models.small: dim 130 must be a multiple of heads 4, with an even width for each head"),
    (
        "models/small/architecture",
        "gru",
        "models.small.architecture: found 'gru'; must be one of 'transformer', 'lstm'",
    ),
    (
        "models/small/input_feeding",
        True,
        "models.small.input_feeding: unknown key; it is only allowed with `architecture: lstm`",
    ),
    (
        "models/small",
        {"architecture": "lstm", "heads": 2},
        "models.small.heads: unknown key; it is only allowed with `architecture: transformer`",
    ),
    ("models/small", {"architecture": "lstm", "layer": 2}, "models.small.layer: unknown key; did you mean layers?"),
    (
        "models/small",
        {"architecture": "lstm", "layers": 0},
        "models.small.layers: found 0; must be greater than or equal to 1",
    ),
    ("models", {}, "models: found {}; must have at least 1 item"),
    ("models/Big", {}, "models.Big: a name has lower-case letters, digits"),
    ("students/A/b", {}, "students.A: a name has lower-case letters, digits"),
    ("teachers", {}, "teachers: found {}; must have at least 1 item"),
    (
        "teachers/base/model",
        "lage",
        "teachers.base.model: found 'lage'; must be one of large, small; did you mean large?",
    ),
    ("students/a/model", "tiny", "students.a.model: found 'tiny'; must be one of large, small"),
    ("students/a/teacher", "bass", "students.a.teacher: found 'bass'; must be one of base; did you mean base?"),
    ("students/a/teacher", "b", "students.a.teacher: found 'b'; must be one of base"),
    ("students/a/init_from", "c", "students.a.init_from: found 'c'; must be one of base, a, b"),
    (
        "students/a/init_from",
        "b",
        "students.a.init_from: found a cycle, a starts from b, which starts from a; one must start",
    ),
    ("students/a/init_from", "a", "students.a.init_from: found a cycle, a starts from a; one must start from scratch"),
    (
        "students/a/targets",
        "seqkd",
        "students.a.targets: found 'seqkd'; must be 'gold', 'best-chrf', 'mbr', 'ranked', 'ranked+gold', "
        "'samples', 'seq-inter', 'seq-kd' or 'seq-kd+gold'",
    ),
    ("students/a/loss", "word_kd", "students.a.loss: found 'word_kd'; must be one of engine, gkd, "),
    ("students/a/loss", {"nll": 0}, "students.a.loss.nll: found weight 0; must be a number greater than 0"),
    ("students/a/loss", {"nll": "x"}, "students.a.loss.nll: found weight 'x'; must be a number greater than 0"),
    ("students/a/loss", {"nll": {}}, "students.a.loss.nll: has no weight; write {weight: 1.0, ...}"),
    ("students/a/loss", {"nll": {"weight": 1, "k": 2}}, "students.a.loss.nll.k: unknown key; allowed here: none"),
    ("students/a/loss", [], "students.a.loss: found []; must be a name such as nll, or weights"),
    ("students/base", {}, "students.base: a teacher has this name too; rename the student"),
    ("students/b/model", "large", "students.b.model: found 'large', but its start 'a' has 'small'; remove `model`"),
    (
        "students/a/teacher_seed",
        3,
        "students.a.teacher_seed: found 3; must be one of the seeds of teacher 'base', [1, 2]",
    ),
    ("students/a/teacher_seed", "x", "students.a.teacher_seed: found 'x'; must be a valid integer or 'same'"),
    ("students/b/seeds", [1, 4], "students.b.seeds: found 4; must be one of the seeds of its start 'a', [1]"),
    ("seeds", [1, 1], "seeds: 1 is listed twice; list each seed once"),
    ("seeds", [], "seeds: found []; must have at least 1 item"),
    ("seeds", [-1], "seeds.0: found -1; must be greater than or equal to 0"),
    ("teachers/base/seeds", [2, 2], "teachers.base.seeds: 2 is listed twice; list each seed once"),
    (
        "tokenizer/shared_vocab",
        False,
        "models.large.tie_embeddings: found 'all', which needs a shared vocabulary, but tokenizer.shared_vocab is "
        "false; write",
    ),
    ("models/extra", {}, "students.a.model: is missing and several models are possible; write one of large, small,"),
    ("prune/students", ["c"], "prune.students: found 'c'; must be one of a, b, base"),
    ("prune/students", ["a", "a"], "prune.students: a is listed twice; list each once"),
    ("prune/sparsities", [0.5, 0.5], "prune.sparsities: 0.5 is listed twice; list each once"),
    ("prune/sparsities", [1.0], "prune.sparsities.0: found 1.0; must be less than 1"),
    ("score/search", {"beam": 1}, "score.search.beam: found 1, which is greedy search and measured anyway; write 2"),
]


@pytest.mark.parametrize(("path", "value", "line"), ERRORS, ids=[f"{m[0]}={m[1]!r:.30}" for m in ERRORS])
def test_an_error_is_reported_in_one_line(path: str, value: Any, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(changed(path, value), "my.yaml")
    lines = str(caught.value).split("\n")
    assert any(reported.startswith(f"my.yaml: {line}") for reported in lines), lines
    assert len(lines) <= 2


NONSENSE: list[tuple[dict[str, Any], str]] = [
    (
        {"loss": "rkl"},
        "loss: the loss rkl only reads samples from the student, and samples from random weights are noise; add "
        "`init_from`, or a term that reads targets, such as nll",
    ),
    (
        {"loss": {"rkl": 1, "engine": 1}, "init_from": "a", "targets": "samples"},
        "targets: found 'samples', but the loss rkl + engine only reads samples from the student, not targets; ",
    ),
    (
        {"loss": {"nll": 1, "no-top1-kd": 1}, "targets": "seq-kd"},
        "loss: found targets 'seq-kd', but no-top1-kd moves the teacher's top-1 mass to the reference; write",
    ),
    (
        {"loss": {"js": {"weight": 1, "mixture": "exact"}}},
        "loss: found targets 'gold', but js weighs prefixes as samples from the teacher with `mixture: exact`; write",
    ),
    (
        {"loss": {"js": {"weight": 1, "mixture": "exact", "top_k": 1}}, "targets": "samples", "init_from": "a"},
        "loss: found targets 'samples', but js weighs prefixes as samples from the student with `mixture: exact`; ",
    ),
    (
        {"loss": {"word-kd": 1, "kl": 1}, "init_from": "base"},
        "init_from: found 'base', which is also its teacher: the loss word-kd + kl is already at its minimum; start "
        "from",
    ),
    (
        {"targets": "mbr"},
        "targets: found 'mbr', which selects among samples, but decode.samples.per_source is 1; write 8 or more",
    ),
    (
        {"loss": "word-kd", "label_smoothing": 0.1},
        "label_smoothing: only affects `nll`, which is not part of the loss word-kd; remove this key",
    ),
    (
        {"teacher_top_k": 8},
        "teacher_top_k: found 8, but the loss nll does not read a teacher; remove this key",
    ),
    (
        {"loss": {"word-kd": 0.5, "skew-kl": 0.5}, "teacher_top_k": 8},
        "teacher_top_k: found 8, but skew-kl reads the teacher's full distribution, and only the k most probable "
        "tokens at the targets are stored; remove this key to run the teacher",
    ),
    (
        {"loss": {"nll": 0.5, "tie-kd": 0.5}, "teacher_top_k": 8},
        "teacher_top_k: found 8, but tie-kd reads prefixes that the student generates at every update (argmax), and",
    ),
]


@pytest.mark.parametrize(("student", "line"), NONSENSE, ids=range(len(NONSENSE)))
def test_a_nonsensical_combination_is_refused_with_the_reason(student: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(changed("students/c", student), "my.yaml")
    assert str(caught.value).startswith(f"my.yaml: students.c.{line}"), str(caught.value)
    assert "\n" not in str(caught.value)


SENSIBLE: list[dict[str, Any]] = [
    {"loss": "word-kd", "init_from": "base", "model": "shallow"},
    {"init_from": "shallow-base", "model": "shallow"},
    {"loss": "rkl", "init_from": "a"},
    {"loss": {"nll": 0.5, "rkl": 0.5}},
    {"loss": "imitkd"},
    {"loss": "js", "targets": "samples"},
    {"loss": {"js": {"weight": 1, "mixture": "exact"}}, "targets": "samples", "init_from": "a"},
    {"loss": {"nll": 0.5, "word-kd": 0.5}, "init_from": "base"},
    {"loss": "word-kd", "init_from": "base", "teacher": "other"},
    {"loss": "engine", "init_from": "base"},
    {"loss": {"nll": 0.5, "no-top1-kd": 0.5}, "label_smoothing": 0.1},
    {"loss": "kl", "label_smoothing": 0},
    {"loss": {"nll": 0.5, "word-kd": 0.5}, "targets": "seq-kd", "teacher_top_k": 32},
    {"loss": "kl", "targets": "samples", "teacher_top_k": 1},
    {"loss": "js", "teacher_top_k": 0},
]


@pytest.mark.parametrize("student", SENSIBLE, ids=range(len(SENSIBLE)))
def test_other_combinations_are_allowed(student: dict[str, Any]) -> None:
    config = changed("students/c", student)
    config["teachers"]["other"] = {"model": "large"}
    config["models"]["shallow"] = {"encoder_layers": 1, "dropout": 0.3}
    for name in ("a", *(["c"] if "init_from" not in student else [])):
        config["students"][name]["model"] = "small"
    config["students"]["shallow-base"] = {"init_from": "base", "model": "shallow"}
    load(config)


@pytest.mark.parametrize(
    "change", [{"encoder_layers": 4}, {"dim": 96}, {"norm": "post"}, {"tie_embeddings": "decoder"}]
)
def test_a_start_with_other_sizes_or_fewer_layers_is_refused(change: dict[str, Any]) -> None:
    config = changed("students/c", {"init_from": "base", "model": "odd"})
    config["models"]["odd"] = change
    config["students"]["a"]["model"] = "small"
    with pytest.raises(ConfigError, match=r"students\.c\.model: found 'odd', but its start 'base' has 'large'; remove"):
        load(config)


def test_the_sparsity_whose_speed_is_measured_must_be_pruned() -> None:
    config = changed("prune/students", ["a"]) | {"speed": {"sparsity": 0.55}}
    with pytest.raises(ConfigError, match=r"speed.sparsity: found 0.55; must be one of prune.sparsities, \[0.5, 0.6"):
        load(config)
    load(changed("prune", {"students": ["a"], "sparsities": [0.5]}))


def test_all_errors_are_reported_at_once_at_most_ten() -> None:
    with pytest.raises(ConfigError) as caught:
        load(BASE | {f"wrong{i}": 1 for i in range(14)}, "my.yaml")
    lines = str(caught.value).split("\n")
    assert len(lines) == 11
    assert lines[-1] == "my.yaml: and 4 more errors"


INVALID_FILES = [
    ("a: 1\na: 2\n", ":2: not YAML as a config needs it: the key a is written twice"),
    ("a: {b: 1, b: 2}\n", ":1: not YAML as a config needs it: the key b is written twice"),
    ("a: [1\nb: 2\n", ":2: not YAML as a config needs it"),
    ("a:\n\t- 1\n", ":2: not YAML as a config needs it"),
    ("a: !!python/object/apply:os.system [ls]\n", ":1: not YAML as a config needs it: could not determine"),
    ("- 1\n", ": holds no keys"),
    ("", ": holds no keys"),
    ("a: &a [*a]\n", ":1: not YAML as a config needs it: more than 100000 values; its aliases"),
    (f"a: &a [{'x,' * 9}]\n" + "".join(f"{c}: &{c} [{f'*{p},' * 9}]\n" for p, c in pairwise("abcdefgh")),
     ":6: not YAML as a config needs it: more than 100000 values; its aliases"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), INVALID_FILES, ids=range(len(INVALID_FILES)))
def test_a_file_that_is_not_a_config_is_named_with_the_line(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(text)
    with pytest.raises(UserError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}{line}")
    assert "\n" not in str(caught.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no.yaml: cannot be read \(No such file or directory\)"):
        load(tmp_path / "no.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9\n")
    with pytest.raises(UserError, match=r"latin.yaml: not UTF-8 text \(byte 10\)"):
        load(tmp_path / "latin.yaml")


def test_numbers_and_truth_values_are_read_as_written(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(
        "title: on\ncorpus: {source: bible}\nmodels: {no: {}, 012: {dropout: .5}}\n"
        "training: {learning_rate: 1e-3, updates: 2e3}\nteachers: {base: &t {model: no}, other: {<<: *t, updates: 5}}\n"
    )
    with pytest.raises(UserError, match='the key 012 is a number; in quotes it is a name: "012"'):
        load(file)
    file.write_text(file.read_text().replace("012", '"012"'))
    config = load(file)
    assert (config.title, config.training.learning_rate, config.training.updates) == ("on", 0.001, 2000)
    assert list(config.models) == ["no", "012"]
    assert config.teachers["other"].changes() == {"updates": 5}


def test_settings_are_merged_in_order() -> None:
    config = copy.deepcopy(BASE)
    config |= {
        "training": {"updates": 100, "warmup_updates": 10, "clip_norm": 3},
        "fine_tuning": {"updates": 20, "warmup_updates": 2},
        "retraining": {"updates": 30},
    }
    config["students"]["b"] |= {"warmup_updates": 1}
    systems = Systems(load(config))
    a, b = systems.by_name["a"].training, systems.by_name["b"].training
    assert (a.updates, a.warmup_updates, a.clip_norm) == (100, 10, 3)
    assert (b.updates, b.warmup_updates, b.clip_norm) == (20, 1, 3)
    assert systems.retraining.updates == 30
    assert systems.by_name["base"].model_name == "large"
    assert systems.by_name["b"].model_name == "small"


def test_a_student_may_start_from_a_teacher() -> None:
    config = changed("students/c", {"init_from": "base", "targets": "seq-inter"})
    systems = Systems(load(config))
    system = systems.by_name["c"]
    assert (system.model_name, system.teacher_used) == ("large", True)
    assert systems.seed_in("base", system, 7) == 1


@pytest.mark.parametrize(("teacher_seed", "expected"), [(None, 1), (2, 2), ("same", 2)])
def test_teacher_seed_selects_the_seed(teacher_seed: Any, expected: int) -> None:
    config = changed("students/a/teacher_seed", teacher_seed) | {"seeds": [2]}
    systems = Systems(load(config))
    assert systems.seed_in("base", systems.by_name["a"], 2) == expected


def test_teacher_used_is_false_without_a_teacher() -> None:
    config = changed("students/c", {"init_from": "a"})
    config["students"]["d"] = {"init_from": "b"}
    systems = Systems(load(config)).by_name
    assert [systems[name].teacher_used for name in "abcd"] == [False, True, False, True]


def test_equal_losses_have_equal_settings() -> None:
    spellings = ["nll", {"nll": 1}, {"nll": 1.0}, {"nll": {"weight": 1}}]
    losses = [Systems(load(changed("students/a/loss", loss))).by_name["a"].loss for loss in spellings]
    assert all(loss == {"nll": {"weight": 1.0}} for loss in losses)
    assert [type(loss["nll"]["weight"]) for loss in losses] == [float] * 4


def test_only_written_keys_are_changes() -> None:
    config = load(changed("students/a/learning_rate", 0.01))
    assert config.canonical()["students"]["a"]["learning_rate"] == 0.01
    assert "updates" not in config.canonical()["students"]["a"]
    assert config.canonical()["fine_tuning"] == {}


def test_loading_a_config_imports_no_torch() -> None:
    heavy = "torch", "pandas", "matplotlib", "sacrebleu", "sentencepiece"
    code = f"import sys, seqkd.config; sys.exit(any(name in sys.modules for name in {heavy}))"
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_paths_may_start_with_a_tilde(monkeypatch):
    monkeypatch.setenv("HOME", "/mine")
    files = FILES | {"train": {"src": "~/t.de", "tgt": "~nobody-here/t.en"}}
    corpus = load(BASE | {"corpus": files}).corpus
    assert (corpus.train.src.path, corpus.train.tgt.path) == ("/mine/t.de", "~nobody-here/t.en")
    with pytest.raises(UserError, match=r"tokenizer.pretrained: found '/mine/pieces', which has no src.model"):
        load(BASE | {"tokenizer": {"pretrained": "~/pieces"}})
