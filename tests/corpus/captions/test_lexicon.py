"""The tables are consistent: every name that a row uses exists, and German words and phrases are unambiguous."""

from collections import Counter
from pathlib import Path

import pytest

from seqkd.corpus.captions import english
from seqkd.corpus.captions.choices import enumerate_strings
from seqkd.corpus.captions.english import ing, punctuated, third
from seqkd.corpus.captions.german import inflected, noun_phrase
from seqkd.corpus.captions.lexicon import (
    ADJECTIVES,
    HABITS,
    MANNERS,
    NOUNS,
    PAIRS,
    PLACES,
    REASONABLE,
    REASONS,
    SAME_VERB,
    VERBS,
    WARDROBES,
    WHEN,
    plural_of,
)
from seqkd.corpus.captions.meaning import Thing
from seqkd.corpus.captions.styles import options, vectors
from seqkd.corpus.source import modules_of
from seqkd.pipeline.graph.fingerprint import Code

ROOT = Path(__file__).parents[3]

NOUN_TAGS = frozenset().union(*(noun.tags for noun in NOUNS.values()))
PLACE_TAGS = frozenset().union(*(place.tags for place in PLACES.values()))


def test_names_in_the_verb_table_exist() -> None:
    for name, verb in VERBS.items():
        assert verb.objects <= NOUN_TAGS, name
        assert set(verb.places) - {"-"} <= PLACE_TAGS, name
        assert set(verb.manners) <= MANNERS.keys(), name
        assert verb.marks <= set("STLNOPRDUG"), name
        assert verb.subjects & NOUN_TAGS and ("{o}" in verb.english[0].text) == bool(verb.case), name


def test_names_in_the_other_tables_exist() -> None:
    names = NOUN_TAGS | PLACE_TAGS | VERBS.keys() | ADJECTIVES.keys() | WHEN.keys()
    names |= {adjective for place in PLACES.values() for adjective in place.adjectives}
    for habit, members in HABITS.items():
        assert members <= names, (habit, members - names)
    for adjective, senses in ADJECTIVES.items():
        assert all(sense.fits <= NOUN_TAGS for sense in senses), adjective
    assert {noun for pair in PAIRS for noun in pair} <= NOUNS.keys()
    assert frozenset().union(*(who | clothes for who, clothes in WARDROBES)) <= NOUN_TAGS
    for reason, verb, objects in REASONABLE:
        assert reason in REASONS and verb in VERBS and objects <= NOUNS.keys()


def test_german_phrases_are_unambiguous() -> None:
    places = Counter((p.preposition, p.article, p.noun, p.tail, p.case) for p in PLACES.values())
    assert max(places.values()) == 1, places.most_common(1)
    assert len({noun.lemma + noun.tail for noun in NOUNS.values()}) == len(NOUNS)
    for phrases in (WHEN, MANNERS, REASONS):
        assert len({phrase.german for phrase in phrases.values()}) == len(phrases)


def test_verbs_that_look_alike_in_german_share_no_subject_or_object() -> None:
    """Verbs with the same German but different English words must differ in their subjects or objects."""
    by_german: dict[tuple[object, ...], list[str]] = {}
    for name in dict.fromkeys(SAME_VERB.values()):
        verb = VERBS[name]
        key = (verb.infinitive, verb.prefix, verb.reflexive, verb.words, verb.preposition, verb.case)
        by_german.setdefault(key, []).append(name)
    for names in by_german.values():
        subjects = Counter(n for name in names for n, noun in NOUNS.items() if noun.tags & tags_of(name, "subjects"))
        objects = Counter(n for name in names for n, noun in NOUNS.items() if noun.tags & tags_of(name, "objects"))
        assert len(names) == 1 or max(subjects.values()) == 1 or (objects and max(objects.values()) == 1), names


def tags_of(name: str, role: str) -> frozenset[str]:
    return frozenset().union(*(getattr(VERBS[verb], role) for verb, same in SAME_VERB.items() if same == name))


def test_every_style_has_an_option() -> None:
    entries = [verb.english for verb in VERBS.values()] + [place.english for place in PLACES.values()]
    entries += [sense.english for senses in ADJECTIVES.values() for sense in senses]
    entries += [phrase.english for table in (WHEN, REASONS) for phrase in table.values()]
    for entry in entries:
        rows = vectors(tuple(option.tags for option in entry))
        assert all(abs(sum(column) - 1) < 1e-12 for column in zip(*rows, strict=True))
    for noun in NOUNS.values():
        assert vectors(tuple(form.tags for form in noun.english))


def test_a_style_without_options_is_refused() -> None:
    with pytest.raises(ValueError, match="no option"):
        vectors(tuple(option.tags for option in options("pants@u, trousers@u")))


@pytest.mark.parametrize(
    ("thing", "case", "phrase"),
    [
        (Thing("Mann", adjectives=("alt",)), 1, "ein alter Mann"),
        (Thing("Mann", adjectives=("alt",)), 4, "einen alten Mann"),
        (Thing("Junge", adjectives=("blond",)), 3, "einem blonden Jungen"),
        (Thing("Frau", adjectives=("müde",)), 3, "einer müden Frau"),
        (Thing("Kind", adjectives=("klein",)), 4, "ein kleines Kind"),
        (Thing("Hund", "two", ("klein",)), 1, "zwei kleine Hunde"),
        (Thing("Kind", "several", ("klein",)), 3, "mehreren kleinen Kindern"),
        (Thing("Kleid", "bare", ("rosa",)), 3, "rosa Kleidern"),
        (Thing("Wäsche", "mass"), 4, "Wäsche"),
        (Thing("Gemüse", "mass", ("frisch",)), 4, "frisches Gemüse"),
        (Thing("Tasse_Kaffee"), 4, "eine Tasse Kaffee"),
        (Thing("Polizist", "group"), 1, "eine Gruppe von Polizisten"),
        (Thing("Mann", wears=Thing("Hemd", adjectives=("rot",)), how="in"), 1, "ein Mann in einem roten Hemd"),
        (Thing("Mann", "two", wears=Thing("Hut", "bare"), how="with"), 1, "zwei Männer mit Hüten"),
    ],
)
def test_german_noun_phrases(thing: Thing, case: int, phrase: str) -> None:
    assert noun_phrase(thing, case) == phrase


def test_weak_endings_after_the_definite_article() -> None:
    forms = [("m", 1), ("f", 1), ("n", 4), ("m", 4), ("f", 3), ("p", 1)]
    assert [inflected("hoch", "der", gender, case) for gender, case in forms] == [
        "hohe",
        "hohe",
        "hohe",
        "hohen",
        "hohen",
        "hohen",
    ]


def test_an_edit_of_the_grammar_reruns_no_other_corpus() -> None:
    code = Code(ROOT)
    modules = code.closure(["workflow/scripts/corpus.py"])
    assert not [name for name in modules if name.startswith(("seqkd.corpus.captions", "seqkd.corpus.sources."))]
    assert modules_of({}) == []
    modules = code.closure(["workflow/scripts/corpus.py", *modules_of({"source": "captions"})])
    assert {"seqkd.corpus.captions.tables.verbs", "seqkd.corpus.captions.target"} <= modules


def test_english_forms() -> None:
    assert [ing(verb) for verb in ("sit on", "lie", "ride", "picnic", "ski", "see")] == [
        "sitting on",
        "lying",
        "riding",
        "picnicking",
        "skiing",
        "seeing",
    ]
    assert [third(verb) for verb in ("watch", "carry", "play with", "go", "have")] == [
        "watches",
        "carries",
        "plays with",
        "goes",
        "has",
    ]
    assert [plural_of(noun) for noun in ("piece of cake", "bus", "lady", "boy")] == [
        "pieces of cake",
        "buses",
        "ladies",
        "boys",
    ]


@pytest.mark.parametrize(
    ("thing", "phrases"),
    [
        (Thing("Hose", "three"), {"three pairs of pants", "three pairs of trousers"}),
        (Thing("Hose", "bare"), {"pants", "trousers"}),
        (Thing("Brille"), {"glasses", "spectacles"}),
        (Thing("Jeans"), {"jeans", "a pair of jeans"}),
        (Thing("Wäsche", "mass"), {"laundry", "the washing"}),
        (Thing("Hund", "two"), {"two dogs"}),
    ],
)
def test_english_noun_phrases(thing: Thing, phrases: set[str]) -> None:
    assert {" ".join(words.split()) for words in enumerate_strings(english.noun_phrase(thing))[0]} == phrases


def test_articles_and_punctuation() -> None:
    assert punctuated("a old man holds a umbrella") == "An old man holds an umbrella."
    assert punctuated("a student in a uniform , who sits ,") == "A student in a uniform, who sits."
