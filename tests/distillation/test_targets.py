"""Seq-KD, selected and sampled targets, and the sentence BLEU that selects among hypotheses."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from seqkd.data.dataset import Dataset
from seqkd.distillation.make_targets import make_targets
from seqkd.distillation.sentence_scores import sentence_metric
from seqkd.distillation.targets import NAMES, Candidate, label, load, module_of
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines

REFERENCE = "the cat sat on the mat"


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [("the cat sat on a mat", 0.537285), ("a cat was on the mat", 0.324668), ("cat mat", 0.095696)],
)
def test_sentence_bleu_by_hand(hypothesis, expected):
    assert sentence_metric("13a").sentence_score(hypothesis, [REFERENCE]).score == pytest.approx(
        100 * expected, abs=1e-4
    )


def shard(path, rows):
    hypotheses = [[{"text": t, "log_prob": -1.0, "pieces": 2, "finished": True} for t in texts] for _, texts in rows]
    lines = [json.dumps({"line": line, "hypotheses": h}) for (line, _), h in zip(rows, hypotheses, strict=True)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_seq_kd_takes_the_best_of_every_line(toy, tmp_path):
    a = shard(tmp_path / "0.jsonl", [(i, [f"red cat {i % 2}", "old dog"]) for i in range(25)])
    b = shard(tmp_path / "1.jsonl", [(i, ["new house"]) for i in range(25, 40)])
    facts = make_targets(
        kind="seq-kd", shards=[a, b], corpus=toy.corpus, tokenizer=toy.tokenizer, folder=tmp_path / "t"
    )
    targets, references = Dataset(tmp_path / "t").tgt, Dataset(toy.tokenizer / "train").tgt
    subwords, reference_subwords = (sum(len(side[i]) for i in range(40)) for side in (targets, references))
    assert facts == {
        "sentences": 40,
        "pairs": 40,
        "distinct_pairs": 40,
        "length_ratio": round(subwords / reference_subwords, 4),
    }
    assert read_lines(tmp_path / "t/train.tgt")[24:26] == ["red cat 0", "new house"]
    assert read_lines(tmp_path / "t/train.src") == read_lines(toy.corpus / "train.src")
    assert len(Dataset(tmp_path / "t")) == 40


def test_every_sample_is_a_pair_with_its_sampled_ids(toy, tmp_path, caplog):
    rows = [
        {"line": i, "hypotheses": [{"text": f"t{i}", "ids": [4, 5 + i]}, {"text": f"t{i % 2}", "ids": [6]}]}
        for i in range(40)
    ]
    path = tmp_path / "0.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    common = {"corpus": toy.corpus, "tokenizer": toy.tokenizer, "folder": tmp_path / "t"}
    facts = make_targets(kind="samples", shards=[path], **common)
    references = Dataset(toy.tokenizer / "train").tgt  # each counted once per sample
    length_ratio = round(120 / (2 * sum(len(references[i]) for i in range(40))), 4)
    assert facts == {"sentences": 40, "pairs": 80, "distinct_pairs": 78, "length_ratio": length_ratio}
    assert "91.4 % fewer subwords than the references" in caplog.text
    pairs, sources = Dataset(tmp_path / "t"), read_lines(toy.corpus / "train.src")
    assert [pairs.tgt[i].tolist() for i in (0, 1, 6)] == [[4, 5], [6], [4, 8]]
    assert read_lines(tmp_path / "t/train.src")[:4] == [sources[0], sources[0], sources[1], sources[1]]
    assert read_lines(tmp_path / "t/train.tgt")[:4] == ["t0", "t0", "t1", "t1"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[1:]), encoding="utf-8")
    with pytest.raises(UserError, match="39 sentences, the training set 40"):
        make_targets(kind="samples", shards=[path], **common)


def test_a_missing_shard_is_refused(toy, tmp_path):
    b = shard(tmp_path / "1.jsonl", [(i, ["new house"]) for i in range(25, 40)])
    with pytest.raises(UserError, match="15 sentences, the training set 40"):
        make_targets(kind="seq-kd", shards=[b], corpus=toy.corpus, tokenizer=toy.tokenizer, folder=tmp_path / "t")
    a = shard(tmp_path / "0.jsonl", [(i, ["red cat"]) for i in range(25)])
    with pytest.raises(UserError, match="25 sentences, the training set 40"):
        make_targets(kind="seq-kd", shards=[a], corpus=toy.corpus, tokenizer=toy.tokenizer, folder=tmp_path / "t")
    assert list((tmp_path / "t").iterdir()) == []


def test_targets_do_not_depend_on_the_batch_size(toy, tmp_path, monkeypatch):
    path = shard(tmp_path / "0.jsonl", [(i, [f"red cat {i % 3}"]) for i in range(40)])
    for name, batch_size in (("all", 10000), ("few", 7)):
        monkeypatch.setattr("seqkd.distillation.write_targets.BATCH", batch_size)
        make_targets(kind="seq-kd", shards=[path], corpus=toy.corpus, tokenizer=toy.tokenizer, folder=tmp_path / name)
    for file in (tmp_path / "all").iterdir():
        assert file.read_bytes() == (tmp_path / "few" / file.name).read_bytes()


def test_a_broken_shard_is_reported_with_its_line(toy, tmp_path):
    path = shard(tmp_path / "0.jsonl", [(0, ["a"]), (1, ["b"])])
    path.write_text(path.read_text()[:-5], encoding="utf-8")
    with pytest.raises(UserError, match=r"0\.jsonl:2: not a line"):
        make_targets(kind="seq-kd", shards=[path], corpus=toy.corpus, tokenizer=toy.tokenizer, folder=tmp_path / "t")


def test_seq_inter_selects_the_candidate_nearest_to_the_reference(toy, tmp_path):
    references = read_lines(toy.corpus / "train.tgt")
    rows = [(3, ["small star", references[3], "old dog"]), (7, ["small star", "small star"]), (9, [references[9]])]
    facts = make_targets(
        kind="seq-inter",
        shards=[shard(tmp_path / "0.jsonl", rows)],
        corpus=toy.corpus,
        tokenizer=toy.tokenizer,
        folder=tmp_path / "t",
        bleu_tokenize="13a",
    )
    assert read_lines(tmp_path / "t/train.tgt") == [references[3], "small star", references[9]]
    assert read_lines(tmp_path / "t/train.src") == [read_lines(toy.corpus / "train.src")[i] for i in (3, 7, 9)]
    assert (facts["sentences"], facts["changed"], facts["mean_candidates"]) == (3, 1, 1.67)


def test_text_without_spaces_is_compared_by_character(toy, tmp_path):
    """With 13a each sentence is one word, and the first candidate would be selected."""
    (tmp_path / "c").mkdir()
    for side, line in (("src", "x"), ("tgt", "我喜欢很大的红色苹果树")):
        (tmp_path / "c" / f"train.{side}").write_text(f"{line}\n" * 40, encoding="utf-8")
    far, near = "他看见很小的蓝色石头房", "我喜欢很大的红色苹果"
    assert chosen(toy, tmp_path, "seq-inter", far, near, corpus=tmp_path / "c", bleu_tokenize="zh")[0] == [near]


def chosen(toy, tmp_path, choice, *candidates, **changes):
    """The targets selected for training line 3, and the statistics; its reference may be among ``candidates``.

    Kinds that need translations of all 40 lines get the same for each.
    """
    numbers = [3] if load(choice).DECODING == "n-best" else range(40)
    path = shard(tmp_path / "0.jsonl", [(number, list(candidates)) for number in numbers])
    common = {"corpus": toy.corpus, "tokenizer": toy.tokenizer, "folder": tmp_path / "t", "bleu_tokenize": "13a"}
    common |= changes
    facts = make_targets(kind=choice, shards=[path], **common)
    assert len(Dataset(tmp_path / "t")) == len(read_lines(tmp_path / "t/train.src"))
    texts = read_lines(tmp_path / "t/train.tgt")
    count = len(texts) // len(numbers)
    return texts[3 * count :][:count] if len(numbers) > 1 else texts, facts


@pytest.mark.parametrize("choice", ["seq-inter", "best-chrf"])
def test_the_nearest_wins_and_ties_go_to_the_first(toy, tmp_path, choice):
    reference = read_lines(toy.corpus / "train.tgt")[3]
    assert chosen(toy, tmp_path, choice, "small", reference, "old dog")[0] == [reference]
    assert chosen(toy, tmp_path, choice, "zzz", "qqq")[0] == ["zzz"]


def test_chrf_and_bleu_select_differently(toy, tmp_path):
    """A candidate with almost all letters right but no word, against one with a single right word."""
    reference = read_lines(toy.corpus / "train.tgt")[3]
    letters = " ".join(f"{word}s" for word in reference.split())
    words = " ".join([reference.split()[0], "zzzz", "zzzz", "zzzz", "zzzz"])
    assert chosen(toy, tmp_path, "best-chrf", words, letters)[0] == [letters]
    assert chosen(toy, tmp_path, "seq-inter", letters, words)[0] == [words]


def test_ranked_copies_are_four_three_two_one(toy, tmp_path):
    reference = read_lines(toy.corpus / "train.tgt")[3]
    words = reference.split()
    worse = [" ".join([*words[:keep], *["zzz"] * (len(words) - keep)]) for keep in (4, 3, 2, 1)]
    texts, facts = chosen(toy, tmp_path, "ranked", worse[2], reference, worse[0], worse[1], worse[3])
    assert texts == [reference] * 4 + [worse[0]] * 3 + [worse[1]] * 2 + [worse[2]]
    assert (facts["pairs"], facts["mean_candidates"], facts["changed"]) == (10, 5.0, 1)
    assert chosen(toy, tmp_path, "ranked", worse[0], reference)[0] == [reference] * 4 + [worse[0]] * 3


def test_references_are_added(toy, tmp_path):
    reference, source = (read_lines(toy.corpus / f"train.{side}")[3] for side in ("tgt", "src"))
    assert chosen(toy, tmp_path, "seq-kd+gold", "old dog")[0] == ["old dog", reference]
    assert read_lines(tmp_path / "t/train.src")[6:8] == [source, source]
    pairs, train = Dataset(tmp_path / "t"), Dataset(toy.tokenizer / "train")
    assert pairs.tgt[7].tolist() == train.tgt[3].tolist() and pairs.src[7].tolist() == train.src[3].tolist()
    texts, facts = chosen(toy, tmp_path, "ranked+gold", "zzz", "old dog")
    assert sorted(texts[:4] + texts[4:7]) == sorted([texts[0]] * 4 + [texts[4]] * 3) and texts[7:] == [reference] * 2
    assert facts["pairs"] == 9 and facts["sentences"] == 1


def test_mbr_selects_the_consensus_of_the_samples(toy, tmp_path):
    """Two of three share most letters; a text sampled twice has double weight."""
    assert chosen(toy, tmp_path, "mbr", "xyz uvw", "a red house", "a red horse")[0][0].startswith("a red")
    texts, facts = chosen(toy, tmp_path, "mbr", "a red house", "xyz ttt", "xyz ttt")
    assert texts == ["xyz ttt"]
    assert facts["mean_candidates"] == 2.0 and facts["mean_expected_chrf_of_chosen"] == pytest.approx(66.67, abs=0.01)


@pytest.mark.parametrize(("lines", "message"), [(0, "translated nothing"), (40, "all 40 translations .* are empty")])
def test_empty_targets_are_refused(toy, tmp_path, lines, message):
    path = shard(tmp_path / "0.jsonl", [(i, [""]) for i in range(lines)])
    with pytest.raises(UserError, match=f"seq-inter: .*{message}, so there is nothing to learn"):
        make_targets(
            kind="seq-inter",
            shards=[path],
            corpus=toy.corpus,
            tokenizer=toy.tokenizer,
            folder=tmp_path / "seq-inter",
            bleu_tokenize="13a",
        )
    assert not (tmp_path / "seq-inter/train.tgt").exists() and not (tmp_path / "seq-inter/tgt.ids.npy").exists()


# Every kind


def lacks(kind):
    """What a file in ``seqkd/distillation/targets`` lacks to be a kind of targets, in words."""
    module, candidates, reference = load(kind), [Candidate(text) for text in "abcdef"], Candidate("r")
    if not (module.__doc__ or "").strip():
        yield "a docstring that says what is selected, with its source in parentheses"
    if getattr(module, "DECODING", None) not in ("beam", "n-best", "samples"):
        yield "DECODING, one of 'beam', 'n-best' and 'samples'"
    if not isinstance(getattr(module, "LABEL", None), str):
        yield "LABEL, a few words for the documentation"
    if hasattr(module, "SCORE") and len(module.SCORE(Counter(["a b", "c d"]), "a b", "13a")) != 2:
        yield "a SCORE that returns one number for each candidate"
    if not callable(getattr(module, "select", None)):
        yield "a function select(candidates, reference)"
    elif not all(isinstance(target, Candidate) for target in module.select(candidates, reference)):
        yield "a select that returns a list of candidates, or the reference"
    elif module.select(candidates[:1], reference)[0] != candidates[0]:
        yield "a select that takes a sentence with a single candidate"


@pytest.mark.parametrize("kind", NAMES)
def test_kind_is_complete(kind):
    assert list(lacks(kind)) == [], f"seqkd/distillation/targets: {kind} lacks this"
    assert label(kind)


def test_what_a_new_kind_lacks_is_said_in_words(monkeypatch):
    module = ModuleType("seqkd.distillation.targets.unfinished_kind")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert [text.partition(",")[0].partition(" that")[0] for text in lacks("unfinished-kind")] == [
        "a docstring",
        "DECODING",
        "LABEL",
        "a function select(candidates",
    ]


def test_an_edit_of_a_kind_reruns_no_other():
    code, kinds = Code(Path(__file__).parents[2]), "seqkd.distillation.targets."
    assert not [name for name in code.closure(["seqkd.distillation.make_targets"]) if name.startswith(kinds)]
    modules = {name for name in code.closure([module_of("ranked+gold")]) if name.startswith(kinds)}
    assert modules == {f"{kinds}ranked", f"{kinds}ranked_plus_gold"}


def test_checking_a_config_loads_neither_torch_nor_sacrebleu():
    code = "import sys; import seqkd.config; print({'torch', 'sacrebleu'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
