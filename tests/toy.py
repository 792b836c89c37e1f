"""A synthetic language pair: a fixed word-for-word lexicon; the target swaps nouns and adjectives."""

import random
from pathlib import Path

NOUNS = {"katze": "cat", "hund": "dog", "haus": "house", "baum": "tree", "buch": "book", "stern": "star"}
VERBS = {"sieht": "sees", "ruft": "calls", "sucht": "seeks", "malt": "paints"}
ADJECTIVES = {"rot": "red", "alt": "old", "neu": "new", "klein": "small"}


def pair(generator: random.Random) -> tuple[str, str]:
    """A sentence pair: adjectives follow their noun in the source and precede it in the target."""
    noun1, noun2 = generator.choice(list(NOUNS)), generator.choice(list(NOUNS))
    verb, adjective1, adjective2 = (generator.choice(list(words)) for words in (VERBS, ADJECTIVES, ADJECTIVES))
    source = f"{noun1} {adjective1} {noun2} {adjective2} {verb}"
    return source, f"{ADJECTIVES[adjective1]} {NOUNS[noun1]} {VERBS[verb]} {ADJECTIVES[adjective2]} {NOUNS[noun2]}"


def pairs(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Distinct sentences, the same for the same seed."""
    generator, target_of = random.Random(seed), {}
    while len(target_of) < count:
        source, target = pair(generator)
        target_of[source] = target
    return list(target_of.items())


def write_corpus(folder: Path, train: int = 40, dev: int = 8) -> None:
    """Write ``{train,dev}.{src,tgt,groups}`` in the format of the corpus stage."""
    folder.mkdir(parents=True, exist_ok=True)
    sentences = pairs(train + dev)
    for name, subset in (("train", sentences[:train]), ("dev", sentences[train:])):
        for side, lines in (("src", [s for s, _ in subset]), ("tgt", [t for _, t in subset])):
            (folder / f"{name}.{side}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (folder / f"{name}.groups").write_text("".join(f"{i}\n" for i in range(len(subset))), encoding="utf-8")
