"""Decode shards: their lines, number and content."""

import json

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from seqkd.decoding.decode_shard import decode_shard, join_parts
from seqkd.decoding.settings import DecodeSettings, NBestSettings, SamplesSettings
from seqkd.decoding.shards import lines_of_shard, shard_count
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.errors import UserError


def lines_of(settings: DecodeSettings, kind: str, sentences: int) -> list[int]:
    """The lines of all shards."""
    count = shard_count(settings, kind, sentences)
    return [line for shard in range(count) for line in lines_of_shard(settings, kind, sentences, shard)]


@pytest.mark.parametrize(("share", "expected"), [(0.5, [1, 3, 5, 7, 9]), (0.3, [3, 6, 9]), (1.0, list(range(10)))])
def test_a_fraction_is_spread_over_the_corpus(share, expected):
    settings = DecodeSettings(n_best=NBestSettings(fraction=share), shard_size=2)
    assert lines_of(settings, "n-best", 10) == expected
    assert lines_of(settings, "beam", 10) == list(range(10))


@given(st.integers(1, 1000), st.integers(0, 3000), st.integers(1, 700))
def test_lines_are_where_the_fraction_of_the_lines_so_far_rises(thousandths, sentences, shard):
    share = thousandths / 1000
    assume(int(sentences * share))
    settings = DecodeSettings(n_best=NBestSettings(fraction=share), shard_size=shard)
    expected = [i for i in range(sentences) if int((i + 1) * share) > int(i * share)]
    assert lines_of(settings, "n-best", sentences) == expected


def test_lines_of_a_corpus_of_a_billion_lines_are_computed_without_counting():
    settings = DecodeSettings(n_best=NBestSettings(fraction=0.3), shard_size=2)
    assert lines_of_shard(settings, "n-best", 10**9, 10**8) == [666666669, 666666673]


@pytest.mark.parametrize(("sentences", "shards"), [(1, 1), (5, 1), (6, 2), (10, 2), (11, 3)])
def test_shards_have_a_fixed_number_of_sentences(sentences, shards):
    assert shard_count(DecodeSettings(shard_size=5), "beam", sentences) == shards


def test_shards_together_hold_every_line_once(toy, tmp_path):
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path)
    decode = DecodeSettings(
        search={"length_penalty": 0.6}, shard_size=15, n_best={"size": 4, "fraction": 0.5}, samples={"per_source": 3}
    )
    all_lines = list(range(40))
    for kind, expected, size in (("beam", all_lines, 1), ("n-best", all_lines[1::2], 4), ("samples", all_lines, 3)):
        lines = []
        for shard in range(shard_count(decode, kind, 40)):
            output = tmp_path / f"{kind}-{shard}.jsonl"
            stats = decode_shard(
                settings=decode,
                kind=kind,
                shard=shard,
                model=tmp_path,
                tokenizer=toy.tokenizer,
                output=output,
                precision="float32",
            )
            rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
            assert stats["sentences"] == len(rows)
            assert stats["truncated"] == sum(not row["hypotheses"][0]["finished"] for row in rows)
            assert all(1 <= len(row["hypotheses"]) <= size for row in rows)
            lines += [row["line"] for row in rows]
        assert lines == expected


def test_samples_depend_on_the_line_but_not_on_its_shard(toy, tmp_path):
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path)

    def drawn(size: int, shards: int, seed: int = 1) -> list[dict]:
        decode, texts = DecodeSettings(shard_size=size, samples=SamplesSettings(per_source=2, seed=seed)), ""
        for shard in range(shards):
            paths = {"model": tmp_path, "tokenizer": toy.tokenizer, "output": tmp_path / "out"}
            decode_shard(settings=decode, kind="samples", shard=shard, precision="float32", **paths)
            texts += (tmp_path / "out").read_text(encoding="utf-8")
        return [json.loads(line) for line in texts.splitlines()]

    rows = drawn(40, 1)
    assert drawn(15, 3) == rows != drawn(40, 1, seed=2)
    assert all(len(sample["ids"]) == sample["pieces"] for row in rows for sample in row["hypotheses"])
    assert len({json.dumps(row["hypotheses"]) for row in rows}) == 40


@pytest.mark.parametrize("kind", ["beam", "n-best", "samples"])
@pytest.mark.parametrize("devices", [["cpu", "cpu"], ["cpu"] * 3, ["cpu"] * 17])
def test_parts_decoded_on_several_devices_equal_the_shard(toy, tmp_path, kind, devices):
    """17 devices are more than there are sentences."""
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path)
    decode = DecodeSettings(
        search={"length_penalty": 1.0}, shard_size=15, n_best={"size": 3}, samples={"per_source": 2}
    )
    common = {"settings": decode, "kind": kind, "shard": 0, "model": tmp_path, "precision": "float32"}
    common["tokenizer"] = toy.tokenizer
    expected = decode_shard(**common, output=tmp_path / "single.jsonl")
    parts = [tmp_path / f"part-{number}.jsonl" for number in range(len(devices))]
    stats = [
        decode_shard(**common, output=path, device=device, part=(number, len(devices)))
        for number, (path, device) in enumerate(zip(parts, devices, strict=True))
    ]
    assert join_parts(parts, stats, tmp_path / "joined.jsonl") == expected
    assert (tmp_path / "joined.jsonl").read_bytes() == (tmp_path / "single.jsonl").read_bytes()


@pytest.mark.parametrize(("sentences", "enough"), [(200, "0.005"), (3, "0.334"), (28511, "3.51e-05")])
def test_a_fraction_of_no_sentence_is_refused_with_the_least_allowed(sentences, enough):
    settings = DecodeSettings(n_best={"fraction": 1e-5})
    with pytest.raises(UserError, match=rf"decode.n_best.fraction: 1e-05 of {sentences} .* at least {enough},"):
        shard_count(settings, "n-best", sentences)
    assert shard_count(DecodeSettings(n_best={"fraction": float(enough)}), "n-best", sentences) == 1
    assert shard_count(settings, "beam", sentences) >= 1
