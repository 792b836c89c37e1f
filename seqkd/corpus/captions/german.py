"""German inflection: articles, adjective endings, nouns and phrases. Cases: 1 nominative, 3 dative, 4 accusative."""

from seqkd.corpus.captions.lexicon import MANNERS, NOUNS, PLACES, VERBS, Noun
from seqkd.corpus.captions.meaning import Clause, Event, Thing

COUNTS = {"two": "zwei", "three": "drei", "four": "vier", "some": "einige", "several": "mehrere", "many": "viele"}
THE = {1: {"m": "der", "f": "die", "n": "das", "p": "die"}, 4: {"m": "den", "f": "die", "n": "das", "p": "die"}}
THE[3] = {"m": "dem", "f": "der", "n": "dem", "p": "den"}
A = {1: {"m": "ein", "f": "eine", "n": "ein"}, 4: {"m": "einen", "f": "eine", "n": "ein"}}
A[3] = {"m": "einem", "f": "einer", "n": "einem"}
STRONG = {1: {"m": "er", "f": "e", "n": "es", "p": "e"}, 4: {"m": "en", "f": "e", "n": "es", "p": "e"}}
STRONG[3] = {"m": "em", "f": "er", "n": "em", "p": "en"}
CONTRACTED = {"in dem": "im", "an dem": "am", "in das": "ins", "an das": "ans", "von dem": "vom"}
STEMS = {"müde": "müd", "hoch": "hoh", "dunkel": "dunkl"}
UNCHANGED = {"rosa", "lila"}
PRONOUN = {"m": "er", "f": "sie", "n": "es", "p": "sie"}


def inflected(adjective: str, article: str, gender: str, case: int) -> str:
    """The inflected adjective after ``ein``, ``der`` or no article (``""``); gender ``p`` is the plural."""
    if adjective in UNCHANGED:
        return adjective
    if article == "" or (article == "ein" and (case == 1 or gender != "m") and case != 3):
        ending = STRONG[case][gender]
    else:
        ending = "e" if case == 1 or (case == 4 and gender in "fn") else "en"
        ending = "en" if gender == "p" and article else ending
    return STEMS.get(adjective, adjective) + ending


def gender_of(thing: Thing) -> str:
    """Grammatical gender for verbs and pronouns: m, f or n; p for the plural. A group is feminine."""
    if thing.number == "group":
        return "f"
    noun = NOUNS[thing.noun]
    return noun.gender if thing.number in ("one", "mass") else "p"


def _inflected_noun(noun: Noun, plural: bool, case: int) -> str:
    word = noun.plural if plural else noun.lemma
    if plural and case == 3 and not word.endswith(("n", "s")):
        word += "n"
    if not plural and noun.weak and case != 1:
        word += "n" if word.endswith("e") or word == "Bauer" else "en"
    return f"{word} {noun.tail}" if noun.tail else word


def noun_phrase(thing: Thing, case: int) -> str:
    """*einen alten Mann in einem roten Hemd*; with the commas of a relative clause."""
    if thing.number == "group":
        return f"{A[case]['f']} Gruppe von {noun_phrase(Thing(thing.noun, 'bare', thing.adjectives), 3)}"
    noun, gender = NOUNS[thing.noun], gender_of(thing)
    gender = "p" if noun.gender == "p" else gender
    article = "ein" if thing.number == "one" else ""
    word = A[case][gender] if article else _counted(thing.number, case)
    adjectives = [inflected(adjective, article, gender, case) for adjective in thing.adjectives]
    plural = thing.number not in ("one", "mass") and bool(noun.plural)
    return _join(word, *adjectives, _inflected_noun(noun, plural, case), *_modifiers(thing, gender))


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


def _counted(number: str, case: int) -> str:
    word = COUNTS.get(number, "")
    return word + "n" if case == 3 and number in ("some", "several", "many") else word


def _modifiers(thing: Thing, gender: str) -> list[str]:
    """Clothes and relative clause."""
    modifiers = []
    if thing.wears and thing.how == "who":
        verb = "tragen" if gender == "p" else "trägt"
        modifiers.append(f", {THE[1][gender]} {noun_phrase(thing.wears, 4)} {verb},")
    elif thing.wears:
        modifiers.append(f"{ {'in': 'in', 'with': 'mit'}[thing.how] } {noun_phrase(thing.wears, 3)}")
    if thing.does:
        modifiers.append(f", {THE[1][gender]} {verb_last(thing.does, gender == 'p')},")
    return modifiers


def place_phrase(event: Event) -> str:
    """*auf einer alten Bank*, *im Park*; empty without a place."""
    if not event.place:
        return ""
    place = PLACES[event.place]
    article = {"ein": A, "der": THE}[place.article][place.case][place.gender]
    start = f"{place.preposition} {article}"
    adjective = inflected(event.place_is, place.article, place.gender, place.case) if event.place_is else ""
    return _join(CONTRACTED.get(start, start), adjective, place.noun, place.tail)


def object_phrase(event: Event) -> str:
    """The object with its preposition; empty without one."""
    if event.thing is None:
        return ""
    verb = VERBS[event.verb]
    return f"{verb.preposition} {noun_phrase(event.thing, verb.case)}".strip()


def middle(event: Event, manner: str, *, place: bool = True) -> list[str]:
    """The phrases between finite verb and prefix, in order, without *sich*."""
    verb = VERBS[event.verb]
    where, object_ = place_phrase(event) if place else "", object_phrase(event)
    if "D" in verb.marks or not (object_ or verb.words):
        phrases = [manner, object_, where, verb.words]
    elif verb.case == 3 and verb.words and not verb.preposition:
        phrases = [where, object_, manner, verb.words]
    else:
        phrases = [where, manner, object_, verb.words]
    return [phrase for phrase in phrases if phrase]


def finite(event: Event, plural: bool) -> str:
    """The verb form that agrees with the subject."""
    verb = VERBS[event.verb]
    return verb.infinitive if plural else verb.third


def verb_last(event: Event, plural: bool, subject: str = "") -> str:
    """A subordinate clause without its conjunction: *sich ein Mann auf einer Bank ausruht*."""
    verb = VERBS[event.verb]
    manner = MANNERS[event.manner].german if event.manner else ""
    prefix = verb.prefix.replace("_", " ")
    return _join("sich" if verb.reflexive else "", subject, *middle(event, manner), prefix + finite(event, plural))


def is_plural(clause: Clause) -> bool:
    """Whether the subject takes a plural verb."""
    return len(clause.who) > 1 or gender_of(clause.who[0]) == "p"
