"""The true distribution is exact, and the generated corpus has the promised properties."""

import math
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from random import Random

import pytest

from seqkd.corpus.captions import Caption, Truth, sample_meanings, source_of
from seqkd.corpus.captions.choices import Choice, Series, Text
from seqkd.corpus.captions.english import punctuated
from seqkd.corpus.captions.lexicon import SAME_VERB
from seqkd.corpus.captions.sampling import MOST_TRANSLATIONS
from seqkd.corpus.captions.styles import PRIOR, STYLES
from seqkd.corpus.sources import captions
from seqkd.corpus.sources.captions import lines_of_test_set, split_lines

SAMPLED = 100_000
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def meanings() -> list[Caption]:
    return sample_meanings(7, 1000)


@pytest.fixture(scope="module")
def truths(meanings: list[Caption]) -> list[Truth]:
    return [Truth(caption) for caption in meanings]


def test_probabilities_sum_to_one(truths: list[Truth]) -> None:
    assert math.fsum(PRIOR) == pytest.approx(1, abs=1e-12)
    for truth in truths:
        assert math.fsum(truth.translations().values()) == pytest.approx(1, abs=1e-9)
        assert 1 < len(truth.translations()) <= MOST_TRANSLATIONS


def test_entropy_and_garden_paths(truths: list[Truth]) -> None:
    entropies = [truth.entropy() for truth in truths]
    assert 3 <= sum(entropies) / len(entropies) <= 5
    assert sum(greedy(truth) != truth.mode() for truth in truths) >= 0.2 * len(truths)


def greedy(truth: Truth) -> str:
    """The greedy search translation."""
    words: list[str] = []
    while True:
        probs = truth.next_words(words)
        word = max(sorted(probs), key=lambda candidate: probs[candidate])
        if not word:
            return " ".join(words)
        words.append(word)


def brute_force(text: Text) -> dict[str, list[float]]:
    """String -> p(string | style), by running through all choices: slow and obvious."""
    if isinstance(text, str):
        return {text: [1.0] * len(STYLES)}
    total: dict[str, list[float]] = {}
    if isinstance(text, Series):
        for combination in product(*(brute_force(part).items() for part in text.parts)):
            words = " ".join(word for word, _ in combination)
            probs = [math.prod(weights[z] for _, weights in combination) for z in range(len(STYLES))]
            total[words] = [a + b for a, b in zip(total.get(words, [0.0] * len(STYLES)), probs, strict=True)]
        return total
    assert isinstance(text, Choice)
    for alternative, factors in zip(text.texts, text.weights, strict=True):
        for words, weights in brute_force(alternative).items():
            probs = [a * b for a, b in zip(weights, factors, strict=True)]
            total[words] = [a + b for a, b in zip(total.get(words, [0.0] * len(STYLES)), probs, strict=True)]
    return total


def test_mode_and_probabilities_equal_enumeration(truths: list[Truth]) -> None:
    for truth in truths[:40]:
        expected: Counter[str] = Counter()
        for words, weights in brute_force(truth.text).items():
            prob = math.fsum(p * weight for p, weight in zip(PRIOR, weights, strict=True))
            if prob:
                expected[punctuated(words)] += prob  # type: ignore[assignment]
        assert truth.translations() == pytest.approx(dict(expected), abs=1e-12)
        assert truth.log_prob(truth.mode()) == pytest.approx(math.log(max(expected.values())))


def test_samples_match() -> None:
    """Chi-square over the translations of one source, rare ones pooled; the bound is far in the tail."""
    truth = next(t for t in map(Truth, sample_meanings(8, 50)) if 20 <= len(t.translations()) <= 60)
    rng = Random(1)
    counts = Counter(truth.sample(rng) for _ in range(SAMPLED))
    assert counts.keys() <= truth.translations().keys()
    cells = [[counts[text], prob * SAMPLED] for text, prob in truth.translations().items()]
    frequent = [cell for cell in cells if cell[1] >= 10]
    pooled = [sum(column) for column in zip(*(cell for cell in cells if cell[1] < 10), strict=True)]
    cells = [*frequent, *([pooled] if pooled else [])]
    statistic = sum((observed - expected) ** 2 / expected for observed, expected in cells)
    freedom = len(cells) - 1
    assert freedom > 10
    assert statistic < freedom + 4.5 * math.sqrt(2 * freedom)


def test_next_words_multiply_to_the_probability(truths: list[Truth]) -> None:
    rng = Random(2)
    for truth in truths[:50]:
        text = truth.sample(rng)
        words = text.split(" ")
        steps = [truth.next_words(words[:i])[word] for i, word in enumerate([*words, ""])]
        assert math.fsum(map(math.log, steps)) == pytest.approx(truth.log_prob(text), abs=1e-9)
        assert math.fsum(truth.next_words(words[:2]).values()) == pytest.approx(1, abs=1e-12)


def test_outside_the_language(truths: list[Truth]) -> None:
    truth = truths[0]
    assert truth.log_prob("Something else.") == -math.inf
    assert truth.rank("Something else.") is None and truth.rank(truth.mode()) == 1
    assert truth.next_words(["Something"]) == {} and truth.next_words([*truth.mode().split(" "), ""]) == {}


def test_british_and_american_do_not_mix(truths: list[Truth]) -> None:
    american, british = {"sidewalk", "pants", "sweater", "gray"}, {"pavement", "trousers", "jumper", "grey"}
    seen = set()
    for truth in truths:
        for text in truth.translations():
            words = set(text.rstrip(".").split(" "))
            seen |= words
            assert not (words & american and words & british), text
    assert american | british <= seen


def test_meanings_are_the_same_for_a_seed_and_survive_json(meanings: list[Caption]) -> None:
    assert sample_meanings(7, 50) == meanings[:50]
    assert sample_meanings(8, 50) != meanings[:50]
    for caption in meanings[:200]:
        line = caption.to_json()
        assert "\n" not in line and Caption.from_json(line) == caption
    with pytest.raises(ValueError):
        Caption.from_json('{"main": 1}')


def test_meanings_do_not_depend_on_how_strings_are_hashed() -> None:
    """Python salts string hashes in every process, so samples from a set would differ from run to run."""
    code = "from seqkd.corpus.sources.captions import split_lines; print(split_lines(3, 200, 100, 700))"
    outputs = {
        subprocess.check_output([sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, cwd=ROOT)
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str, str]]:
    return [line for lines in split_lines(3, 300, 200, 5000) for line in lines]


def test_no_two_meanings_share_a_source(lines: list[tuple[str, str, str]]) -> None:
    assert len({meaning for _, _, meaning in lines}) == len(lines)
    assert len({source for source, _, _ in lines}) == len(lines)
    assert all(source_of(Caption.from_json(meaning)) == source for source, _, meaning in lines[:500])


def test_meanings_use_one_name_for_verbs_with_the_same_words(lines: list[tuple[str, str, str]]) -> None:
    verbs = {verb for _, _, meaning in lines for verb in re.findall('"verb":"([^"]+)"', meaning)}
    assert len(verbs) > 80
    assert verbs == {SAME_VERB[verb] for verb in verbs}


def test_sets_share_no_target(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [(str(i), target, "") for i, target in enumerate("abacbacdea")]
    monkeypatch.setattr(captions, "_lines", lambda seed: iter(lines))
    sets = captions.split_lines(1, 2, 1, 3)
    assert [[target for _, target, _ in lines] for lines in sets] == [["a", "b"], ["c"], ["d", "e"]]


def test_sets_share_no_sentence_and_every_reference_is_in_the_language() -> None:
    sets = split_lines(3, 300, 200, 2000)
    assert [len(lines) for lines in sets] == [300, 200, 2000]
    for side in (0, 1):
        test, dev, train = ({line[side] for line in lines} for lines in sets)
        assert not (test & dev | test & train | dev & train)
    assert lines_of_test_set(3, 300) == sets.test
    for _, target, meaning in sets.test[:100]:
        assert Truth(Caption.from_json(meaning)).log_prob(target) > -math.inf


def test_sentences_look_like_sentences(lines: list[tuple[str, str, str]]) -> None:
    for source, target, _ in lines:
        for text in (source, target):
            assert text[0].isupper() and text.endswith(".") and text.count(".") == 1
            assert "  " not in text and " ," not in text and ",," not in text and "{" not in text and "_" not in text
        assert 6 <= len(source.split()) <= 17
