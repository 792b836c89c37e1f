"""How often "better" or "worse" is said of equals: the tables of docs/methods.md, "What a verdict is worth".

    python benchmarks/false_verdicts.py              all tables, ten minutes on one core
    python benchmarks/false_verdicts.py --trials 300

Test sets are made up as counts of matching n-grams, with systems that are equally good in truth; scores, intervals and
verdicts are those of ``seqkd.analysis.significance``. What is counted is the share of verdicts, nominally 5 %, which
for equal systems is also the share of intervals that miss the truth.

Sentences have 5 to 40 words. A word is right with a probability that depends (on the logistic scale) on the sentence,
its document, the system, the system in that document and in that sentence. Higher orders match with a probability that
depends on the order before.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from seqkd.analysis import significance  # noqa: E402
from seqkd.analysis.minimums import MINIMUM  # noqa: E402
from seqkd.analysis.significance import NOT_SHOWN, Counts, Difference, Sample, Scores  # noqa: E402
from seqkd.scoring.metrics import bleu  # noqa: E402

CONFIDENCE = 0.95
RESAMPLES = 300
LEVEL = 0.9
"""Of the logistic scale: BLEU is about 50."""
SLOPE = 27.0
"""Points of BLEU for one unit of the logistic scale, there."""
DOCUMENT_EFFECTS = {0.0: 0.0, 0.06: 0.12, 0.26: 0.3}
"""Correlation of the differences of two sentences of a document (of their parts in BLEU), to the deviation that makes
it, with sentences that differ by 0.3."""
UNEVEN = 0.8
"""Deviation of the logarithm of a document's size: the longest of 15 is some ten times the shortest."""

Trial = Callable[[np.random.Generator], Difference]


def system(generator: np.random.Generator, lengths: NDArray[np.int64], ease: Scores) -> Counts:
    """BLEU's counts of each sentence, (sentences, 10), where ``ease`` is the logit of a word's being right."""
    right = 1 / (1 + np.exp(-ease))
    written = np.maximum(1, lengths + generator.integers(-1, 2, len(lengths)))
    total = np.stack([np.maximum(0, written - order) for order in range(4)], axis=1)
    matches = [generator.binomial(written, right)]
    for order in range(1, 4):
        matches.append(generator.binomial(np.minimum(matches[-1], total[:, order]), right**0.8))
    return np.concatenate([written[:, None], lengths[:, None], np.stack(matches, axis=1), total], axis=1)


def compared(generator: np.random.Generator, sides: Sequence[list[Counts]], groups: list[str]) -> Difference:
    """The difference of two systems of which each side holds the counts of every seed."""
    counts = [significance.grouped(one, groups) for side in sides for one in side]
    text = significance.sample(groups, counts[0][:, 1])
    drawn = significance.resampled_scores(counts, bleu.aggregate, RESAMPLES, int(generator.integers(2**32)))
    observed = np.array([float(bleu.aggregate(one.sum(axis=0))) for one in counts])
    first = len(sides[0])
    of_seeds = significance.seed_variance(observed[:first], observed[first:], paired=first == len(sides[1]))
    value = float(observed[:first].mean() - observed[first:].mean())
    resampled = drawn[:first].mean(axis=0) - drawn[first:].mean(axis=0)
    return significance.difference(value, resampled, text, CONFIDENCE, of_seeds)


def documents(count: int, correlation: float, uneven: float, by_sentence: bool = False) -> Trial:
    """Two models on documents of ten sentences on average; ``by_sentence`` takes all for independent."""

    def trial(generator: np.random.Generator) -> Difference:
        sizes = 10 * generator.lognormal(-(uneven**2) / 2, uneven, count)
        document = np.repeat(np.arange(count), np.maximum(1, sizes.round().astype(int)))
        many, effect = len(document), DOCUMENT_EFFECTS[correlation]
        lengths = generator.integers(5, 41, many)
        common = LEVEL + 0.6 * generator.normal(size=many) + 0.3 * generator.normal(size=count)[document]
        sides = []
        for _ in range(2):
            own = effect * generator.normal(size=count)[document] + 0.3 * generator.normal(size=many)
            sides.append([system(generator, lengths, common + own)])
        return compared(generator, sides, [str(one) for one in (range(many) if by_sentence else document)])

    return trial


def sentences(count: int, longest: int = 40) -> Trial:
    """Two models on independent sentences."""

    def trial(generator: np.random.Generator) -> Difference:
        lengths = generator.integers(1 if longest < 5 else 5, longest + 1, count)
        common = LEVEL - (LEVEL if longest < 5 else 0) + 0.6 * generator.normal(size=count)
        sides = [[system(generator, lengths, common + 0.3 * generator.normal(size=count))] for _ in range(2)]
        return compared(generator, sides, [str(line) for line in range(count)])

    return trial


def skewed(count: int) -> Trial:
    """A score that is a mean of sentences: one system is a little better on most and far worse on a few."""

    def trial(generator: np.random.Generator) -> Difference:
        values = 1.0 - generator.exponential(size=count)
        sums = np.stack([values, np.ones(count)], axis=1)
        drawn = significance.resampled_scores([sums], lambda s: s[..., 0] / s[..., 1], RESAMPLES, 1)[0]
        text = Sample("sentences", count, float(count), count)
        return significance.difference(float(values.mean()), drawn, text, CONFIDENCE)

    return trial


def methods(seeds: tuple[int, int], deviation: float, count: int = 1500) -> Trial:
    """Two methods whose models differ by the seed: ``deviation`` in points of BLEU."""

    def trial(generator: np.random.Generator) -> Difference:
        lengths, common = generator.integers(5, 41, count), LEVEL + 0.6 * generator.normal(size=count)
        sides = []
        for many in seeds:
            own = common + 0.25 * generator.normal(size=count)
            luck = deviation / SLOPE * generator.normal(size=many)
            sides.append([system(generator, lengths, own + one + 0.35 * generator.normal(size=count)) for one in luck])
        return compared(generator, sides, [str(line) for line in range(count)])

    return trial


def false_verdicts(trial: Trial, trials: int, seed: int = 1) -> float:
    """Per cent of trials in which equals are called better or worse."""
    generator = np.random.default_rng(seed)
    found = [trial(generator) for _ in range(trials)]
    return 100 * sum(significance.verdict(one, one.p, CONFIDENCE) != NOT_SHOWN for one in found) / trials


def rows(trials: int) -> Iterator[str]:
    """Lines of Markdown, three tables."""
    yield "| documents | correlation | sizes | documents resampled | sentences resampled |"
    yield "| --- | --- | --- | --- | --- |"
    for correlation in DOCUMENT_EFFECTS:
        for uneven in (0.0, UNEVEN):
            for count in (5, 8, 10, 15, 30, 100):
                own, other = (documents(count, correlation, uneven, by_sentence) for by_sentence in (False, True))
                cells = [false_verdicts(own, trials), false_verdicts(other, trials)]
                sizes = "uneven" if uneven else "equal"
                yield f"| {count} | {correlation:g} | {sizes} | {cells[0]:.1f} % | {cells[1]:.1f} % |"
    yield "\n| sentences | of 5 to 40 words | of 1 to 3 words | skewed differences |\n| --- | --- | --- | --- |"
    for count in (10, 20, 30, 50, 100, 500):
        cells = [false_verdicts(one, trials) for one in (sentences(count), sentences(count, 3), skewed(count))]
        yield f"| {count} | {' | '.join(f'{cell:.1f} %' for cell in cells)} |"
    yield "\n| seeds | deviation 0 | 0.5 BLEU | 1 BLEU |\n| --- | --- | --- | --- |"
    for seeds in ((1, 1), (2, 2), (3, 3), (5, 5), (3, 5)):
        cells = [false_verdicts(methods(seeds, deviation), trials) for deviation in (0.0, 0.5, 1.0)]
        words = f"{seeds[0]}" if seeds[0] == seeds[1] else f"{seeds[0]} and {seeds[1]}, unpaired"
        yield f"| {words} | {' | '.join(f'{cell:.1f} %' for cell in cells)} |"


def main() -> None:
    """Print the tables; the minimum of sentences is taken away, to show what it is for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    MINIMUM["sentences"] = 5
    for row in rows(trials):
        print(row, flush=True)


if __name__ == "__main__":
    main()
