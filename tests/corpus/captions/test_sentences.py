"""Sentences checked by hand: word order, case and separable verbs in German; adverbs, inversion, aspect in English."""

import pytest

from seqkd.corpus.captions import Caption, Truth, source_of
from seqkd.corpus.captions.lexicon import ADJECTIVES, NOUNS, PLACES, VERBS
from seqkd.corpus.captions.meaning import Clause, Event, Thing

MAN, WOMAN, TWO = (Thing("Mann"),), (Thing("Frau"),), (Thing("Frau", "two"),)
DISHES = Thing("Geschirr", "mass")


def clause(who: tuple[Thing, ...], verb: str, thing: Thing | None = None, **details: str) -> Clause:
    return Clause(who, Event(verb, thing, **details))


def translations(caption: Caption) -> set[str]:
    return set(Truth(caption).translations())


@pytest.mark.parametrize(
    ("caption", "german"),
    [
        (Caption(clause(MAN, "abtrocknen", DISHES)), "Ein Mann trocknet Geschirr ab."),
        (
            Caption(clause(MAN, "abtrocknen", DISHES, place="kueche"), first="place"),
            "In einer Küche trocknet ein Mann Geschirr ab.",
        ),
        (
            Caption(clause(WOMAN, "liegen", place="strand"), meanwhile=clause(MAN, "abtrocknen", DISHES)),
            "Eine Frau liegt am Strand, während ein Mann Geschirr abtrocknet.",
        ),
        (
            Caption(clause(MAN, "fernsehen"), meanwhile=clause(WOMAN, "drachen", Thing("Drachen"))),
            "Ein Mann sieht fern, während eine Frau einen Drachen steigen lässt.",
        ),
        (
            Caption(clause(MAN, "arbeiten", place="garten"), meanwhile=clause(TWO, "unterhalten")),
            "Ein Mann arbeitet in einem Garten, während sich zwei Frauen unterhalten.",
        ),
        (
            Caption(clause((Thing("Mann", does=Event("sitzen", place="bank")),), "lesen", Thing("Zeitung"))),
            "Ein Mann, der auf einer Bank sitzt, liest eine Zeitung.",
        ),
        (
            Caption(
                clause((Thing("Frau", "two", wears=Thing("Hut", "bare"), how="who"),), "wandern", place="durchwald")
            ),
            "Zwei Frauen, die Hüte tragen, wandern durch einen Wald.",
        ),
        (
            Caption(Clause(WOMAN, Event("sitzen", place="sofa"), Event("fernsehen")), first="place"),
            "Auf einem Sofa sitzt eine Frau und sieht fern.",
        ),
        (Caption(clause(TWO, "ausruhen"), reason="muede"), "Zwei Frauen ruhen sich aus, weil sie müde sind."),
        (
            Caption(clause(WOMAN, "winken", Thing("Bauer", adjectives=("müde",)))),
            "Eine Frau winkt einem müden Bauern zu.",
        ),
        (Caption(clause(MAN, "springen", place="inpfuetze")), "Ein Mann springt in eine Pfütze."),
        (
            Caption(clause(MAN, "kaemmen", place="badezimmer"), first="place"),
            "In einem Badezimmer kämmt sich ein Mann die Haare.",
        ),
        (
            Caption(clause(WOMAN, "ausfuehren", Thing("Hund", "two", ("alt",))), first="when", when="abend"),
            "Am Abend führt eine Frau zwei alte Hunde aus.",
        ),
    ],
)
def test_german_word_order_and_case(caption: Caption, german: str) -> None:
    assert source_of(caption) == german


def test_adverbs_have_idiomatic_positions() -> None:
    waiting = Caption(clause(MAN, "wartenauf", Thing("Bus"), manner="geduldig", place="bushaltestelle"))
    texts = translations(waiting)
    assert "A man is waiting patiently for a bus at a bus stop." in texts
    assert "A man is patiently waiting for a bus at a bus stop." in texts
    assert not [text for text in texts if "bus patiently" in text]
    playing = translations(Caption(clause(MAN, "kugeln", Thing("Ball"), manner="allein", place="park")))
    assert all("alone with a ball" in text for text in playing)
    building = translations(Caption(clause(TWO, "sandburg", Thing("Sandburg"), manner="gemeinsam", place="strand")))
    assert all("sandcastle together" in text for text in building)


def test_a_place_in_front_inverts_posture_verbs_and_precedes_no_bare_verb() -> None:
    reading = Caption(Clause(MAN, Event("sitzen", place="bank"), Event("lesen", Thing("Zeitung"))), first="place")
    fronted = {text for text in translations(reading) if text.startswith("On a bench")}
    assert "On a bench sits a man reading a newspaper." in fronted
    assert all(text.startswith("On a bench sits") for text in fronted)
    swimming = translations(Caption(clause(MAN, "schwimmen", place="insee"), first="place"))
    assert "In a lake, a man is swimming." in swimming and "In a lake, a man swims." not in swimming
    lying = translations(Caption(Clause(WOMAN, Event("liegen", place="rasen"), Event("sonnen"))))
    assert "A woman lies on the grass sunbathing." in lying and not [
        text for text in lying if "lies on the grass and" in text
    ]


def test_as_joins_simple_tenses_only_and_relative_clauses_are_in_the_progressive() -> None:
    both = translations(Caption(clause(MAN, "arbeiten", place="garten"), meanwhile=clause(WOMAN, "joggen")))
    assert "A man works in a garden as a woman jogs." in both
    assert not [text for text in both if " as a" in text and "jogging" in text]
    posed = translations(Caption(clause((Thing("Mann", does=Event("sitzen", place="bank")),), "lesen", Thing("Brief"))))
    assert "A man who is sitting on a bench reads a letter." in posed
    assert not [text for text in posed if "who sits" in text]


def test_the_lexicon_has_its_minimum_size() -> None:
    assert len(NOUNS) >= 150 and all(noun.gender in "mfnp" for noun in NOUNS.values())
    assert sum(bool(noun.plural) for noun in NOUNS.values()) >= 150
    assert len({verb.prefix + verb.infinitive for verb in VERBS.values()}) >= 80
    assert len({verb.prefix + verb.infinitive for verb in VERBS.values() if verb.prefix}) >= 20
    assert len(set(ADJECTIVES) | {name for place in PLACES.values() for name in place.adjectives}) >= 60
    assert len(PLACES) >= 100
