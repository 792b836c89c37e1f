"""A toy language pair made by code: a fixed word-for-word lexicon, and the target turns the order of pairs around."""

import random
from pathlib import Path

NOUNS = {"katze": "cat", "hund": "dog", "haus": "house", "baum": "tree", "buch": "book", "stern": "star"}
VERBS = {"sieht": "sees", "ruft": "calls", "sucht": "seeks", "malt": "paints"}
WORDS = {"rot": "red", "alt": "old", "neu": "new", "klein": "small"}


def pair(generator: random.Random) -> tuple[str, str]:
    """One sentence: adjectives stand behind their noun in the source and before it in the target."""
    first, second = generator.choice(list(NOUNS)), generator.choice(list(NOUNS))
    verb, one, two = generator.choice(list(VERBS)), generator.choice(list(WORDS)), generator.choice(list(WORDS))
    source = f"{first} {one} {second} {two} {verb}"
    return source, f"{WORDS[one]} {NOUNS[first]} {VERBS[verb]} {WORDS[two]} {NOUNS[second]}"


def pairs(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Distinct sentences, the same for the same seed."""
    generator, found = random.Random(seed), {}
    while len(found) < count:
        source, target = pair(generator)
        found[source] = target
    return list(found.items())


def write_corpus(folder: Path, train: int = 40, dev: int = 8) -> None:
    """``{train,dev}.{src,tgt,groups}`` as the corpus stage writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    sentences = pairs(train + dev)
    for name, part in (("train", sentences[:train]), ("dev", sentences[train:])):
        for side, lines in (("src", [s for s, _ in part]), ("tgt", [t for _, t in part])):
            (folder / f"{name}.{side}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (folder / f"{name}.groups").write_text("".join(f"{i}\n" for i in range(len(part))), encoding="utf-8")
