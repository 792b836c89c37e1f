"""The lexicon: the rows of ``seqkd.corpus.captions.tables`` as objects, by name."""

from collections.abc import Iterator
from dataclasses import dataclass

from seqkd.corpus.captions.styles import Option, options
from seqkd.corpus.captions.tables import adjectives, habits, nouns, places, verbs

Tags = frozenset[str]
GROUPS = {"people": {"adult", "youth", "child"}, "folk": {"adult", "youth"}, "kids": {"child", "youth"}}
"""Abbreviations for several tags of a verb's subjects."""


@dataclass(frozen=True)
class EnglishNoun:
    """An English noun; ``kind`` is ``count``, ``pair`` (always plural, *a pair of*), ``plural`` or ``mass``."""

    singular: str
    plural: str
    kind: str
    tags: str


@dataclass(frozen=True)
class Noun:
    """A German noun (``tail``: *Kaffee* in *Tasse Kaffee*), its English nouns, and its tags."""

    lemma: str
    tail: str
    gender: str
    plural: str
    weak: bool
    english: tuple[EnglishNoun, ...]
    tags: Tags


@dataclass(frozen=True)
class Adjective:
    """An adjective, which fits a noun whose name or one of whose tags is in ``fits``."""

    kind: str
    fits: Tags
    english: tuple[Option, ...]


@dataclass(frozen=True)
class Place:
    """A place or direction: ``adjectives`` maps German to English; English phrases have ``_`` for the adjective."""

    preposition: str
    article: str
    noun: str
    gender: str
    case: int
    tail: str
    tags: Tags
    adjectives: dict[str, tuple[Option, ...]]
    english: tuple[Option, ...]


@dataclass(frozen=True)
class Verb:
    """A verb; ``case`` 0 means no object; ``marks`` are explained in ``tables.verbs``."""

    infinitive: str
    third: str
    prefix: str
    reflexive: bool
    words: str
    subjects: Tags
    preposition: str
    case: int
    several: bool
    objects: Tags
    place_needed: bool
    places: tuple[str, ...]
    english: tuple[Option, ...]
    manners: tuple[str, ...]
    marks: Tags


@dataclass(frozen=True)
class Phrase:
    """A fixed German phrase with its English phrases."""

    german: str
    english: tuple[Option, ...]
    tags: Tags = frozenset()


def plural_of(noun: str) -> str:
    """The regular plural of an English noun; in a phrase with *of*, of the part before it."""
    head, *rest = noun.split(" of ", 1)
    if head.endswith(("s", "x", "ch", "sh")):
        head += "es"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return " of ".join([head, *rest])


def _rows(table: str, columns: int) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        row = [column.strip() for column in line.split("|")]
        if len(row) != columns:
            raise ValueError(f"{columns} columns expected: {line}")
        yield row


def _tags(column: str) -> Tags:
    return frozenset(column.split()) - {"-"}


def _english_noun(option: Option) -> EnglishNoun:
    kind = {"=": "pair", "+": "plural", "~": "mass"}.get(option.text[0], "count")
    text = option.text if kind == "count" else option.text[1:]
    singular, _, plural = text.partition("/")
    if kind in ("pair", "plural"):
        plural = singular
    return EnglishNoun(singular, plural or plural_of(singular), kind, option.tags)


def _nouns() -> dict[str, Noun]:
    entries = {}
    for table in (nouns.PEOPLE, nouns.ANIMALS, nouns.CLOTHES, nouns.EDIBLES, nouns.THINGS):
        for german, english, tags in _rows(table, 3):
            name, gender, plural, *weak = german.split()
            lemma, *tail = name.split("_")
            forms = tuple(map(_english_noun, options(english)))
            all_tags = _tags(tags) | {name}
            entries[name] = Noun(lemma, " ".join(tail), gender, plural.strip("-"), bool(weak), forms, all_tags)
    return entries


def _adjectives() -> dict[str, list[Adjective]]:
    entries: dict[str, list[Adjective]] = {}
    for german, kind, fits, english in _rows(adjectives.ADJECTIVES, 4):
        entries.setdefault(german, []).append(Adjective(kind, _tags(fits), options(english)))
    return entries


def _places() -> dict[str, Place]:
    entries = {}
    for name, german, tags, looks, english in _rows(places.PLACES, 5):
        phrase, _, tail = german.partition("+")
        preposition, article, noun, gender, case = phrase.split()
        pairs = (pair.split("=") for pair in looks.split() if pair != "-")
        translations = {german: options(english.replace("/", ",")) for german, english in pairs}
        entries[name] = Place(
            preposition,
            article,
            noun,
            gender,
            int(case),
            tail.strip(),
            _tags(tags) | {name},
            translations,
            options(english),
        )
    return entries


def _government(frame: str) -> tuple[str, int]:
    """Preposition and case of ``acc``, ``dat``, ``auf4`` or nothing."""
    plain = {"": ("", 0), "acc": ("", 4), "dat": ("", 3)}
    return plain[frame] if frame in plain else (frame[:-1], int(frame[-1]))


def _verbs() -> dict[str, Verb]:
    entries = {}
    for name, german, subjects, objects, where, english, manners, marks in _rows(verbs.VERBS, 8):
        phrase, _, words = german.partition("+")
        infinitive, third, prefix, *reflexive = phrase.split()
        frame, _, object_tags = objects.partition(":")
        preposition, case = _government(frame.strip("*-"))
        entries[name] = Verb(
            infinitive=infinitive,
            third=third,
            prefix=prefix.strip("-"),
            reflexive=bool(reflexive),
            words=words.strip(),
            subjects=frozenset().union(*(GROUPS.get(tag, {tag}) for tag in _tags(subjects))),
            preposition=preposition,
            case=case,
            several="*" in frame,
            objects=_tags(object_tags),
            place_needed=where.startswith("!"),
            places=tuple(where.strip("!-").split()),
            english=options(english),
            manners=tuple(manners.strip("-").split()),  # in order: samples must not depend on string hashing
            marks=_tags(marks),
        )
    return entries


def _phrases(table: str, columns: int) -> dict[str, Phrase]:
    entries = {}
    for name, german, *tags, english in _rows(table, columns):
        entries[name] = Phrase(german, options(english), _tags(" ".join(tags)))
    return entries


NOUNS = _nouns()
ADJECTIVES = _adjectives()
PLACES = _places()
VERBS = _verbs()
WHEN = _phrases(places.WHEN, 4)
MANNERS = _phrases(places.MANNERS, 3)
REASONS = _phrases(places.REASONS, 3)


def _same_verbs() -> dict[str, str]:
    names: dict[tuple[object, ...], str] = {}
    same = {}
    for name, verb in VERBS.items():
        german = (verb.infinitive, verb.prefix, verb.reflexive, verb.words, verb.preposition, verb.case)
        same[name] = names.setdefault((german, verb.english, "D" in verb.marks), name)
    return same


HABITS = {name: frozenset(words.split()) for name, words in _rows(habits.HABITS, 2)}
PAIRS = [tuple(pair.split()) for pair in habits.PAIRS.split(",")]
WARDROBES = [(frozenset(who.split()), frozenset(clothes.split())) for who, clothes in _rows(habits.WARDROBES, 2)]
STRANGERS = [(frozenset(who.split()), frozenset(where.split())) for who, where in _rows(habits.STRANGERS, 2)]
REASONABLE = [(name, verb, _tags(objects)) for name, verb, objects in _rows(habits.REASONABLE, 3)]
SAME_VERB = _same_verbs()
"""Verb -> the first verb with the same words in both languages."""


def adjective_for(noun: Noun, german: str) -> Adjective:
    """The sense of the adjective that fits the noun.

    Raises:
        KeyError: it does not fit the noun.
    """
    sense = next((sense for sense in ADJECTIVES[german] if sense.fits & noun.tags), None)
    if sense is None:
        raise KeyError(f"{german} {noun.lemma}")
    return sense
