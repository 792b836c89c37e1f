"""A tokenizer and a teacher of another run: used as they are, followed when they change, refused where they misfit."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from safetensors.torch import load_file, save_file
from workflow_place import TOY, Place, new

from seqkd.config import load
from seqkd.distillation.import_teacher import import_teacher
from seqkd.utils.errors import UserError


def given(config: dict[str, Any], results: Path) -> None:
    """The toy config with the tokenizer and the teacher of a finished run."""
    config["tokenizer"] = {"pretrained": str(results / "tokenizer")}
    config["teachers"] = {
        "base": {"model": "large", "pretrained": str(results / "teachers/base/1"), "precision": "float32"}
    }
    config["students"] = {name: config["students"][name] for name in ("baseline", "word-kd", "seq-kd")}
    config["prune"] = {"students": []}
    config["speed"] = {"enabled": False}


@pytest.fixture
def other(finished: Place, tmp_path: Path) -> tuple[Place, Path]:
    """A run that has not begun, and a copy of the results it begins from."""
    results = Path(shutil.copytree(finished.results, tmp_path / "other/results"))
    place = new(tmp_path)
    place.edit_config(lambda config: given(config, results))
    return place, results


def test_it_is_used_as_it_is_and_followed_when_it_changes(other: tuple[Place, Path], finished: Place) -> None:
    place, results = other
    done = place.snakemake("results/report.html", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    for file in ("tokenizer/src.model", "teachers/base/1/model.safetensors", "targets/base/1/seq-kd/tgt.ids.npy"):
        assert (place.results / file).read_bytes() == (finished.results / file).read_bytes()
    assert not (place.results / "logs/train_teacher").exists()
    assert (place.results / "report.html").is_file()

    weights = results / "teachers/base/1/model.safetensors"
    weights.touch()
    assert place.dry_run() == set()
    changed = load_file(weights)
    save_file({name: tensor + 0.01 for name, tensor in changed.items()}, weights)
    jobs = place.dry_run()
    assert {"import_teacher/base/1", "decode/base/1/beam/00000", "train_student/word-kd/1"} <= jobs
    assert not {"tokenizer/tokenizer", "train_student/baseline/1"} & jobs


Edit = Callable[[dict[str, Any], Path], object]


def spoilt(name: str, text: str) -> Edit:
    return lambda config, results: (results / name).write_text(text)


def described(**changes: Any) -> Edit:
    def edit(config: dict[str, Any], results: Path) -> None:
        file = results / "teachers/base/1/model.json"
        content = json.loads(file.read_text())
        content["model"] |= changes.pop("model", {})
        file.write_text(json.dumps(content | changes))

    return edit


MISTAKES: dict[str, tuple[Edit, str]] = {
    "no tokenizer": (
        lambda config, results: config.pop("tokenizer"),
        r"teachers.base.pretrained: needs the tokenizer .*; add .* `tokenizer: \{pretrained: \S+/results/tokenizer\}`",
    ),
    "another model": (
        lambda config, results: config["models"]["large"].update(ffn_dim=64, heads=4),
        r"teachers.base.model: found 'large', which is not the model in '\S+'; write in models.large: ffn_dim: 32, h",
    ),
    "an ensemble": (
        described(model={"architecture": "ensemble"}),
        r"teachers.base.pretrained: found \S+, an ensemble; name its",
    ),
    "a teacher that is trained": (
        lambda config, results: config["teachers"]["base"].update(updates=7),
        r"teachers.base.updates: has no effect with `pretrained`: that teacher is already trained; remove this key",
    ),
    "seeds": (
        lambda config, results: config["teachers"]["base"].update(seeds=[1]),
        r"teachers.base.seeds: has no effect with `pretrained`",
    ),
    "an ensemble that is there": (
        lambda config, results: config["teachers"].update(both={"ensemble": ["base"], "pretrained": "x"}),
        r"teachers.both.pretrained: an ensemble is not trained; remove this key",
    ),
    "a folder that is not there": (
        lambda config, results: config["teachers"]["base"].update(pretrained="nowhere"),
        r"teachers.base.pretrained: found 'nowhere', which has no model.json; name a folder such as results/t",
    ),
    "no weights": (
        lambda config, results: (results / "teachers/base/1/model.safetensors").unlink(),
        r"teachers.base.pretrained: found '\S+', which has no model.safetensors; name a folder",
    ),
    "no description": (
        spoilt("teachers/base/1/model.json", "[1, 2]"),
        r"teachers.base.pretrained: \S+/model.json does not describe a model \(TypeError\); name another folder",
    ),
    "weights cut off": (
        lambda config, results: os.truncate(results / "teachers/base/1/model.safetensors", 1000),
        r"teachers.base.pretrained: \S+/model.safetensors has no readable weights \(.*\); name another folder",
    ),
    "other vocabularies": (
        described(src_vocabulary=41, tgt_vocabulary=41),
        r"teachers.base.pretrained: its vocabularies have 41 and 41 subwords, those of tokenizer.pretrained 40 and "
        r"40; name",
    ),
    "a tokenizer of another run": (
        lambda config, results: (results / "tokenizer/manifest.json").write_text("{}"),
        r"teachers.base.pretrained: was not trained with the tokenizer in '\S+'; name the tokenizer of the same run",
    ),
    "a damaged manifest": (
        spoilt("teachers/base/1/manifest.json", "{}"),
        r"teachers.base.pretrained: .*; name another folder",
    ),
    "pieces that are learned": (
        lambda config, results: config["tokenizer"].update(vocab_size=40),
        r"tokenizer.vocab_size: has no effect with `pretrained`: the existing tokenizer is used; remove this key",
    ),
    "pieces for each language": (
        lambda config, results: config["tokenizer"].update(shared_vocab=False),
        r"tokenizer.shared_vocab: found false, but '\S+' has one model for both languages; write `shared_vocab: true`",
    ),
    "no pieces": (
        lambda config, results: (results / "tokenizer/tgt.model").unlink(),
        r"tokenizer.pretrained: found '\S+', which has no tgt.model; name a folder such as results/tokenizer of a "
        r"finished",
    ),
    "pieces that are none": (
        spoilt("tokenizer/src.model", "x" * 50),
        r"tokenizer.pretrained: \S+/src.model: no readable SentencePiece model \(.*\); name results/tokenizer",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_fit_is_refused_before_any_work(name: str, finished: Place, tmp_path: Path) -> None:
    edit, answer = MISTAKES[name]
    results = Path(shutil.copytree(finished.results, tmp_path / "results"))
    config = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    given(config, results)
    load(config)
    edit(config, results)
    with pytest.raises(UserError) as caught:
        load(config)
    assert re.search(answer, str(caught.value), re.MULTILINE), caught.value


@pytest.mark.parametrize("without", ["tokenizer", "teachers/base/1"])
def test_a_copy_needs_no_manifest(without: str, finished: Place, tmp_path: Path) -> None:
    results = Path(shutil.copytree(finished.results, tmp_path / "results"))
    config = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    given(config, results)
    (results / without / "manifest.json").unlink()
    assert load(config).tokenizer.pretrained == str(results / "tokenizer")


def test_dropout_alone_may_differ(finished: Place) -> None:
    config = yaml.safe_load(TOY.read_text(encoding="utf-8"))
    given(config, finished.results)
    config["models"]["large"]["dropout"] = 0.25
    load(config)


def test_weights_that_are_none_are_told_and_not_to_be_deleted(finished: Place, tmp_path: Path) -> None:
    origin = Path(shutil.copytree(finished.results / "teachers/base/1", tmp_path / "base"))
    (origin / "model.safetensors").write_bytes(b"x")
    files = {str(origin / name): "" for name in ("model.json", "model.safetensors")}
    with pytest.raises(
        UserError, match=r"^teachers: \S+: not the weights of this model .*Name another `pretrained`"
    ) as caught:
        import_teacher(files, (40, 40), tmp_path / "new")
    assert "elete" not in str(caught.value) and not (tmp_path / "new").exists()


def test_a_file_that_changes_under_way_is_not_taken(finished: Place, tmp_path: Path) -> None:
    files = {str(finished.results / "teachers/base/1" / name): "0" for name in ("model.json", "model.safetensors")}
    with pytest.raises(UserError, match=r"model.json has changed since this run began. Run the same command again"):
        import_teacher(files, (40, 40), tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
