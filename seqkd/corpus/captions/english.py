"""English inflection and noun phrases, with their alternatives."""

import re
from functools import lru_cache

from seqkd.corpus.captions.choices import Text, choice, option_choice, series
from seqkd.corpus.captions.lexicon import NOUNS, EnglishNoun, adjective_for
from seqkd.corpus.captions.meaning import Thing
from seqkd.corpus.captions.styles import Option

COUNTS = {
    "two": (Option("two"),),
    "three": (Option("three"),),
    "four": (Option("four"),),
    "some": (Option("some"), Option("a few")),
    "several": (Option("several"), Option("a number of", "lr")),
    "many": (Option("many"), Option("lots of", "t"), Option("numerous", "lr")),
    "bare": (Option(""),),
    "mass": (Option(""),),
}
TWO_SUBJECTS = (Option("two"), Option("a couple of", "r"))
"""Only for subjects, to avoid *a couple of women watching a couple of pigeons*."""
DOUBLED = {"sit", "run", "swim", "jog", "chat", "hug", "pet", "chop", "cut", "put", "mop", "set", "get", "sip", "stir",
           "knit", "wrap", "drag", "nap", "shut", "unwrap"}  # fmt: skip
IRREGULAR_ING = {"lie": "lying", "ski": "skiing", "picnic": "picnicking"}
IRREGULAR_S = {"have": "has"}
CONSONANT_SOUND = r"(?:uni|uk|eu|one\b|use)"


def ing(verb: str) -> str:
    """The participle of the first word: *sitting on*."""
    head, _, rest = verb.partition(" ")
    if head in IRREGULAR_ING:
        head = IRREGULAR_ING[head]
    elif head.split("-")[-1] in DOUBLED:
        head += head[-1] + "ing"
    else:
        head = (head[:-1] if head.endswith("e") and not head.endswith(("ee", "oe", "ye")) else head) + "ing"
    return f"{head} {rest}".strip()


def third(verb: str) -> str:
    """The third person of the first word: *sits on*."""
    head, _, rest = verb.partition(" ")
    if head in IRREGULAR_S:
        head = IRREGULAR_S[head]
    elif head.endswith(("s", "x", "ch", "sh", "o")):
        head += "es"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return f"{head} {rest}".strip()


def punctuated(words: str) -> str:
    """The words as a sentence: *an* before a vowel, a capital, commas and full stop."""
    text = re.sub(r"(?: ?,)+(?= |$)", ",", " ".join(words.split())).rstrip(",")
    text = re.sub(rf"\b([Aa]) (?=[aeiou])(?!{CONSONANT_SOUND})", r"\1n ", text)
    return text[0].upper() + text[1:] + "."


@lru_cache(2000)
def noun_phrase(thing: Thing, *, subject: bool = False) -> Text:
    """Counting word, adjectives and noun, without clothes and relative clause."""
    if thing.number == "group":
        return series("a group of", noun_phrase(Thing(thing.noun, "bare", thing.adjectives)))
    forms = NOUNS[thing.noun].english
    return choice([(_phrase(thing, form, subject=subject), form.tags) for form in forms])


def _phrase(thing: Thing, form: EnglishNoun, *, subject: bool) -> Text:
    noun = NOUNS[thing.noun]
    adjectives = [option_choice(adjective_for(noun, adjective).english) for adjective in thing.adjectives]
    word = form.singular if thing.number in ("one", "mass") or form.kind == "mass" else form.plural
    counted = option_choice(TWO_SUBJECTS) if subject and thing.number == "two" else _counted(thing, form)
    return series(counted, *adjectives, word)


def _counted(thing: Thing, form: EnglishNoun) -> Text:
    if form.kind in ("mass", "plural"):
        return ""
    if thing.number == "one":
        paired = form.kind == "pair" and "eyes" not in NOUNS[thing.noun].tags  # glasses need no *a pair of*
        return choice([("", ""), ("a pair of", "lr")]) if paired else "a" if form.kind == "count" else ""
    pairs = "pairs of" if form.kind == "pair" and thing.number != "bare" else ""
    return series(option_choice(COUNTS[thing.number]), pairs)


def is_person(thing: Thing) -> bool:
    """Whether its relative pronoun is *who*."""
    return not NOUNS[thing.noun].tags & {"animal", "vehicle"}
