"""The pure parts of the benchmark suite: ratios, pairing of turns, and the page. No peers."""

import os

import pytest
import torch

from benchmarks.families.orchestration import JobTime, read_jobs, work_and_overhead
from benchmarks.rows import Turn, exponent, improvement, missing, paired, single, spread
from benchmarks.sides.marian_training import PROGRESS
from benchmarks.sides.plain import Plain, PlainTrainer, our_names, to_ours, to_plain
from benchmarks.sides.utilisation import Products, Recorder, TensorSpec, operations
from benchmarks.tables import render
from benchmarks.turns import SideError, alternate
from seqkd.data.batching import Batch
from seqkd.data.dataset import PAD
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings

CIRCUMSTANCES = {
    "machine": "a machine, 2 cores",
    "load_average": 0.5,
    "commit": "abc1234",
    "text": "some text",
    "quick": False,
}


def turns(*seconds: float, amount: float = 10.0) -> list[Turn]:
    return [Turn(duration, amount) for duration in seconds]


def test_higher_is_better_whatever_the_unit():
    assert improvement(200, 100, "more") == 2.0
    assert improvement(50, 100, "less") == 2.0
    assert improvement(100, 50, "less") == 0.5
    with pytest.raises(ValueError):
        improvement(0, 1, "more")


def test_the_ratio_is_the_median_over_rounds_and_not_the_quotient_of_medians():
    row = paired("f", "n", "p", "u", turns(1, 2, 4), turns(3, 2, 16), target=2.0)
    assert row.ratio == 3.0  # of 3, 1 and 4; the quotient of the medians would be 1.5
    assert (row.ours, row.peer) == (5.0, pytest.approx(10 / 3))
    assert row.ours_raw[1] == {"seconds": 2, "amount": 10.0}


def test_different_amounts_are_compared_as_rates():
    assert paired("f", "n", "p", "u", turns(1, amount=30), turns(1, amount=10), target=None).ratio == 3.0


def test_spread_and_exponent():
    assert spread([10, 10, 10, 10, 10]) == 0.0
    assert spread([8, 9, 10, 11, 12]) == pytest.approx(0.2)
    assert exponent([(1, 3), (10, 30), (100, 300)]) == pytest.approx(1.0)
    assert exponent([(1, 3), (10, 300)]) == pytest.approx(2.0)


def test_the_page_shows_what_was_reached_missed_and_not_measured():
    rows = [
        paired("training", "reached", "peer one", "u", turns(1, 1), turns(2, 2), target=2.0),
        paired("training", "missed", "peer two", "u", turns(1, 1), turns(2, 2), target=3.0),
        missing("training", "broken", "peer three", "u", 8.0, "pip said\n a | b"),
        single("memory", "memory", "peer four", "MiB", 50, 100, "less", target=None, note="a remark"),
        single("growth", "a curve", "in proportion", "exponent", 0.5, 1.0, "less", target=None,
               ours_raw=[{"size": 10.0, "seconds": 1.0}, {"size": 1000.0, "seconds": 10.0}]),
    ]  # fmt: skip
    page = render([row.as_json() | CIRCUMSTANCES for row in rows])
    assert "| reached | 10 | peer one | 5 | u | **2.00** | 2.00 | 0 / 0 % |" in page
    assert "| missed | 10 | peer two | 5 | u | 2.00 | 3.00 | 0 / 0 % |" in page
    assert "| broken | | peer three | | u | not measured: pip said a / b | 8.00 | |" in page
    assert "| memory [1] | 50 | peer four | 100 | MiB | 2.00 |  |  |" in page and "[1] a remark." in page
    assert "| a curve | 0.50 | 10: 1, 1,000: 10 |" in page
    assert "a machine, 2 cores" in page and "commit abc1234." in page and "smoke test:" not in page
    assert render([]).startswith("# Performance") and "Nothing has been measured yet" in render([])


def test_the_summary_has_the_range_of_the_ratios_and_the_targets_reached():
    rows = [
        paired("training", "large", "peer", "u", turns(1, 1), turns(2, 2), target=3.0),
        paired("training", "small", "peer", "u", turns(1, 1), turns(4, 4), target=3.0),
        missing("training", "broken", "peer", "u", 8.0, "pip said no"),
        single("memory", "memory", "peer", "MiB", 50, 100, "less", target=None),
        single("quality", "score", "peer", "BLEU, greedy", 20, 10, "more", target=None),
    ]
    page = render([row.as_json() | CIRCUMSTANCES for row in rows])
    lines = [line for line in page.partition("## Summary")[2].partition("## ")[0].splitlines() if "| peer |" in line]
    assert lines == ["| Training | peer | 2.00 to 4.00 | 1 of 2 |", "| Memory | peer | 2.00 |  |"]


def test_the_page_shows_the_ratio_with_only_matrix_products():
    once, half, twice = turns(1, 1), turns(2, 2), turns(0.5, 0.5)
    rows = [
        paired("training", "step, 1 thread", "peer", "u", once, half, target=3.0),
        paired("training", "reached", "peer", "u", once, half, target=1.0),
        paired("decoding", "beam, 1 thread, bf16", "peer", "u", half, once, target=1.0),
        missing("training", "broken", "peer", "u", 8.0, "why"),
        paired("utilisation", "step, 1 thread", "products", "u", once, twice, target=None),
        paired("utilisation", "beam, 1 thread", "products", "u", once, twice, target=None),
    ]
    page = render([row.as_json() | CIRCUMSTANCES for row in rows]).split("## Targets missed")[1]
    assert "| step, 1 thread | peer | 2 | 4 | 3 |" in page, "products are half the time"
    assert "| beam, 1 thread, bf16 | peer | 0.5 | 1 | 1 |" in page
    assert "reached" not in page.split("| what |")[1] and "broken" not in page


class Fake:
    """A side that records its turns and may fail at one of them."""

    def __init__(self, name: str, log: list[str], fails_at: int = 99) -> None:
        self.name, self.log, self.left = name, log, fails_at

    def turn(self) -> Turn:
        self.left -= 1
        if self.left < 0:
            raise SideError("failed")
        self.log.append(self.name)
        return Turn(1.0, float(len(self.log)))

    def close(self) -> None:
        self.log.append(f"{self.name} closed")


def refuse() -> Fake:
    raise SideError("is missing")


def test_sides_take_turns_after_a_warm_up_in_reversed_order_every_second_round():
    log: list[str] = []
    turns, reasons = alternate({"a": lambda: Fake("a", log), "b": lambda: Fake("b", log)}, repeats=2)
    assert "".join(log[:6]) == "abbaab" and sorted(log[6:]) == ["a closed", "b closed"]
    assert [turn.amount for turn in turns["a"]] == [4.0, 5.0] and not reasons


def test_a_failing_side_does_not_stop_the_others():
    log: list[str] = []
    sides = {"a": lambda: Fake("a", log), "b": lambda: Fake("b", log, fails_at=2), "c": refuse}
    turns, reasons = alternate(sides, repeats=3)
    assert list(turns) == ["a"] and len(turns["a"]) == 3
    assert reasons == {"b": "failed", "c": "is missing"}


def test_overhead_is_start_ups_and_time_without_a_job(tmp_path):
    jobs = [JobTime(10, 20), JobTime(12, 18), JobTime(25, 30)]
    assert work_and_overhead(jobs, start_up=1.0, run_start=8.0) == (18.0, 3 + 2 + 5)
    file = tmp_path / "benchmarks" / "train" / "a.tsv"
    file.parent.mkdir(parents=True)
    file.write_text("s\th:m:s\n4.5\t0:00:04\n")
    os.utime(file, (100, 100))
    assert read_jobs(tmp_path) == [JobTime(95.5, 100.0)]


def test_target_tokens_are_read_from_marians_log():
    line = "Ep. 1 : Up. 3 : Sen. 904 : Cost 8.91 * 3,894 @ 4,122 after 11,805 : Time 2.13s : 1824.67 words/s"
    match = PROGRESS.search(line)
    assert match and match[2] == "3,894"


def models(dropout: float = 0.0):
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=2, decoder_layers=2, dropout=dropout)
    torch.manual_seed(1)
    return checkpoint.build(settings, 30, 30), Plain(settings, 30)


def batch() -> Batch:
    src = torch.tensor([[5, 6, 7, 3], [8, 3, PAD, PAD]])
    prefix, target = torch.tensor([[2, 9, 10], [2, 11, PAD]]), torch.tensor([[9, 10, 3], [11, 3, PAD]])
    return Batch(src, prefix, target)


def test_plain_pytorch_is_the_same_model():
    ours, plain = models()
    to_plain(ours, plain)
    inputs = batch()
    real = inputs.target != PAD
    with torch.no_grad():
        our_logits = ours.eval()(inputs.src, inputs.prefix) @ ours.output_weight.T
        plain_logits = plain.train()(inputs.src, inputs.prefix)
    assert torch.allclose(our_logits[real], plain_logits[real], atol=1e-5)


def test_weights_survive_a_round_trip():
    ours, plain = models()
    used = [name for plain_name, _ in plain.named_parameters() for name in our_names(plain_name)]
    assert sorted(used) == sorted(name for name, _ in ours.named_parameters())
    before = {name: parameter.clone() for name, parameter in ours.named_parameters()}
    to_plain(ours, plain)
    ours.reset()
    to_ours(plain, ours)
    assert all(torch.equal(parameter, before[name]) for name, parameter in ours.named_parameters())


def test_plain_pytorch_learns():
    trainer = PlainTrainer(models()[1], autocast=False, rate=0.01)
    losses = [trainer.update(batch()) for _ in range(20)]
    assert losses[-1] < losses[0] / 2


def test_products_are_recorded_counted_and_repeated():
    with Recorder() as recorder:
        x = torch.ones(3, 4)
        torch.nn.functional.linear(x, torch.ones(5, 4)).sum()
        torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 4, 6))
        x + x
    products = Products(recorder.calls)
    assert len(products.calls) == 2
    assert products.operations == 2 * 3 * 4 * 5 + 2 * 2 * 3 * 4 * 6
    assert products.seconds() > 0
    matrices = [TensorSpec((3, 4), (4, 1), torch.float32), TensorSpec((5, 4), (4, 1), torch.float32)]
    assert operations(matrices)[0] == 120.0
