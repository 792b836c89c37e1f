"""Meanings drawn by a seed: who can do what, where, in which clothes and weather, by the lexicon's tags."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import islice
from random import Random

from seqkd.captions.choices import bound
from seqkd.captions.fitting import fits_when, holds_together, wardrobe
from seqkd.captions.lexicon import ADJECTIVES, NOUNS, PLACES, SAME_VERB, VERBS, WHEN, Tags
from seqkd.captions.meaning import Caption, Clause, Event, Thing
from seqkd.captions.source import source_of
from seqkd.captions.target import target_of

WORDS = range(6, 18)
"""Length of a source."""
MOST_TRANSLATIONS = 5000
KINDS = {"plain": 30, "place": 18, "also": 15, "when": 12, "meanwhile": 12, "subject": 5, "object": 5, "reason": 3}
"""What is special about a caption, and how often."""
SUBJECT_COUNTS = {"one": 62, "two": 17, "three": 6, "four": 2, "some": 3, "several": 3, "group": 5}
FEW = {"one": 85, "two": 15}
PAIRS = (
    ("Mann", "Frau"), ("Frau", "Mann"), ("Junge", "Mädchen"), ("Mädchen", "Junge"), ("Mann", "Junge"), ("Frau", "Kind"),
    ("Frau", "Mädchen"), ("Mann", "Kind"), ("Vater", "Kind"), ("Mutter", "Kind"), ("Hund", "Katze"), ("Hund", "Welpe"),
    ("Pferd", "Esel"), ("Kuh", "Pferd"), ("Ente", "Schwan"), ("Katze", "Kätzchen"),
)  # fmt: skip
"""Who does something side by side."""
OBJECT_COUNTS = {"one": 85, "two": 10, "three": 3, "several": 2}
KIND_ORDER = ("quality", "size", "age", "look", "colour")
POSTURES = {"S": "sitzen", "T": "stehen", "L": "liegen"}
RESTING = ("tierschlaf", "tiersitzen")
POSTURE_PLACES = {"S": "seat", "T": "stand", "L": "lie"}
DRESSING = {"anziehen", "ausziehen", "anprobieren", "aufsetzen"}
SEEING = {"streicheln", "beobachten", "fotografieren"}
MANY = {"kaufen", "verkaufen", "pfluecken"}
PAIRS_OF_KINDS = [{"size", "colour"}, {"age", "colour"}, {"size", "look"}, {"age", "look"}]
"""Two adjectives that German does not set apart by a comma."""
NEARBY = frozenset(
    "park garten strand kueche wohnzimmer picnic playground town road living stage market hall school water restaurant "
    "imcafe wiese camp farm2 workshop balcony nursery".split()
)
_ALL = list(VERBS)
_POSED = [one for one, verb in VERBS.items() if verb.marks & POSTURES.keys() and verb.places]
_PLACED = [one for one, verb in VERBS.items() if verb.places]
_SEEING = [one for one in VERBS if one in SEEING]
VERBS_FOR = {"plain": _ALL, "place": _PLACED, "when": _PLACED, "meanwhile": _PLACED, "subject": _POSED, "also": _POSED}
VERBS_FOR["object"] = _SEEING
"""Kind of caption to the verbs that it is made of."""
REASONED = {
    "regnet": {"anziehen": {"Regenmantel"}, "halten": {"Regenschirm"}},
    "heiss": {"ausziehen": {"Jacke", "Pullover", "Mantel"}, "essen": {"Eis"}, "kindertrinken": {"Limonade"}},
    "kalt": {"anziehen": {"Jacke", "Pullover", "Mantel", "Handschuh"}},
    "muede": {"schlafen": set(), "ausruhen": set(), "nickerchen": set()},
    "durst": {"kindertrinken": {"Glas_Wasser", "Glas_Saft"}, "trinken": {"Glas_Wasser"}},
}
"""Reason to verb to objects (none: without object)."""


@cache
def clothes_of(noun: str) -> list[str]:
    """What somebody wears or carries."""
    return [one for one, piece in NOUNS.items() if piece.tags & wardrobe(NOUNS[noun].tags)]


class Unfit(Exception):
    """This draft leads nowhere; the next one may."""


def sample_meanings(seed: int, count: int) -> list[Caption]:
    """``count`` distinct meanings, always the same for a seed; the first of a longer list are those of a shorter one."""
    return list(islice(meanings(seed), count))


def meanings(seed: int) -> Iterator[Caption]:
    """Distinct meanings without end (the language has far more than any corpus needs)."""
    rng, seen = Random(f"meanings {seed}"), set()
    while True:
        caption = _drafted(_Draft(rng))
        if caption not in seen:
            seen.add(caption)
            yield caption


def _drafted(draft: "_Draft") -> Caption:
    """A sound caption of a kind that is drawn first, so that difficult kinds do not become rare."""
    kind = draft.weighted(KINDS)
    while True:
        with suppress(Unfit):
            caption = draft.caption(kind)
            if _is_sound(caption):
                return _in_one_sense(caption)


def _in_one_sense(caption: Caption) -> Caption:
    """Verbs that differ only in who does it where are one in the meaning."""

    def event(one: Event) -> Event:
        return replace(one, verb=SAME_VERB[one.verb], thing=one.thing and thing(one.thing))

    def thing(one: Thing) -> Thing:
        return replace(one, does=event(one.does)) if one.does else one

    def clause(one: Clause) -> Clause:
        return Clause(tuple(map(thing, one.who)), event(one.does), one.also and event(one.also))

    return replace(caption, main=clause(caption.main), meanwhile=caption.meanwhile and clause(caption.meanwhile))


def _is_sound(caption: Caption) -> bool:
    return (
        len(source_of(caption).split()) in WORDS
        and holds_together(caption)
        and bound(target_of(_in_one_sense(caption))) <= MOST_TRANSLATIONS
    )


@cache
def nouns_with(tags: Tags) -> list[str]:
    """Names of the nouns that are any of these; common ones several times."""
    found = [name for name, noun in NOUNS.items() if noun.tags & tags]
    return found + [name for name in found if "common" in NOUNS[name].tags for _ in range(3)]


@cache
def places_with(tags: tuple[str, ...]) -> list[str]:
    """Names of the places that are any of these."""
    return [name for name, place in PLACES.items() if place.tags & set(tags)]


@cache
def common_places(tag: str, tags: tuple[str, ...]) -> list[str]:
    """Names of the places that are the one and any of the others."""
    return [one for one in places_with((tag,)) if one in places_with(tags)]


@cache
def verbs_near(tags: Tags) -> list[str]:
    """Names of the verbs for what is done at one of these places."""
    return [one for one, verb in VERBS.items() if tags & set(verb.places)]


@cache
def adjectives_of(noun: str) -> list[str]:
    """German adjectives that go with a noun."""
    return [one for one, senses in ADJECTIVES.items() if any(sense.fits & NOUNS[noun].tags for sense in senses)]


def _is_one(who: tuple[Thing, ...]) -> bool:
    return len(who) == 1 and who[0].number == "one" and "collective" not in NOUNS[who[0].noun].tags


class _Draft:
    """One attempt."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def pick(self, options: Sequence[str]) -> str:
        if not options:
            raise Unfit
        return options[int(self.rng.random() * len(options))]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def weighted(self, table: dict[str, int]) -> str:
        return self.rng.choices(list(table), list(table.values()))[0]

    def caption(self, kind: str) -> Caption:
        if kind == "also":
            return self.also()
        if kind == "reason":
            return self.reason()
        clause = self.clause(self.pick(VERBS_FOR[kind]))
        does = clause.does
        if kind == "place":
            if not does.place or PLACES[does.place].case == 4:
                raise Unfit
            return Caption(clause, first="place")
        if kind == "when":
            return self.when(clause)
        if kind == "meanwhile":
            return Caption(clause, meanwhile=self.meanwhile(clause))
        if kind == "subject":
            return Caption(self.sitting_subject(clause))
        if kind == "object":
            return Caption(Clause(clause.who, self.resting_object(does)))
        return Caption(clause)

    def clause(self, verb: str, *, place: bool = True, clothes: bool = True) -> Clause:
        who = self.who(verb, clothes=clothes)
        return Clause(who, self.event(verb, who, place=place))

    # who

    def who(self, verb: str, *, clothes: bool = True) -> tuple[Thing, ...]:
        marks, names = VERBS[verb].marks, nouns_with(VERBS[verb].subjects)
        if "O" not in marks and "Q" not in marks and self.chance(0.12):
            return self.two(names)
        noun = self.pick(names)
        single = "O" in marks or "Q" in marks or {"family", "bride", "collective", "parent"} & NOUNS[noun].tags
        number = "one" if single else self.weighted(SUBJECT_COUNTS if "G" in marks else FEW)
        if "P" in marks and number == "one":
            raise Unfit
        adjectives = self.adjectives(noun, 0.35) if number != "group" else ()
        wears, how = self.clothes(noun, number, adjectives) if clothes and "N" not in marks else (None, "")
        return (Thing(noun, number, adjectives, wears, how),)

    def two(self, names: list[str]) -> tuple[Thing, ...]:
        first, second = self.rng.choice(PAIRS)
        if first not in names or second not in names:
            raise Unfit
        return Thing(first, "one", self.adjectives(first, 0.15)), Thing(second, "one", self.adjectives(second, 0.15))

    def adjectives(self, noun: str, share: float) -> tuple[str, ...]:
        """None, one, or two of different kinds in their order."""
        known = adjectives_of(noun)
        if not known or not self.chance(share):
            return ()
        first = self.pick(known)
        second = self.pick(known) if self.chance(0.12) else first
        kinds = {one: next(s.kind for s in ADJECTIVES[one] if s.fits & NOUNS[noun].tags) for one in (first, second)}
        if len(set(kinds.values())) < len(kinds) or set(kinds.values()) not in PAIRS_OF_KINDS and len(kinds) == 2:
            return (first,)
        return tuple(sorted(kinds, key=lambda one: KIND_ORDER.index(kinds[one])))

    def clothes(self, noun: str, number: str, adjectives: tuple[str, ...]) -> tuple[Thing | None, str]:
        if number == "group" or not self.chance(0.15 if adjectives else 0.4):
            return None, ""
        found = clothes_of(noun)
        if not found:
            return None, ""
        piece = self.pick(found)
        tags = NOUNS[piece].tags
        how = "in" if "in" in tags else "with"
        if self.chance(0.3) and "bag" not in tags and "back" not in tags:
            how = "who"
        worn = Thing(piece, "one" if number == "one" else "bare", self.adjectives(piece, 0.8))
        if tags & {"in"} and not worn.adjectives and piece not in ("Anzug", "Uniform", "Regenmantel"):
            raise Unfit
        return worn, how

    # does what

    def event(self, verb: str, who: tuple[Thing, ...], *, place: bool = True, place_name: str = "") -> Event:
        entry = VERBS[verb]
        manners = [one for one in entry.manners if one != ("gemeinsam" if _is_one(who) else "allein")]
        manner = self.pick(manners) if manners and self.chance(0.2) else ""
        place_is = ""
        if not place_name and place and entry.places and (entry.place_needed or self.chance(0.7)):
            place_name = self.pick(places_with(entry.places))
        if place_name and PLACES[place_name].adjectives and self.chance(0.3):
            place_is = self.pick(list(PLACES[place_name].adjectives))
        return Event(verb, self.thing(verb, who), manner, place_name, place_is)

    def thing(self, verb: str, who: tuple[Thing, ...]) -> Thing | None:
        entry = VERBS[verb]
        if not entry.case:
            return None
        known = nouns_with(entry.objects)
        if verb in DRESSING:
            known = [one for one in known if one in clothes_of(who[0].noun) or "shoes" in NOUNS[one].tags]
        noun = self.pick(known)
        tags = NOUNS[noun].tags
        number = self.weighted(OBJECT_COUNTS) if entry.several else "one"
        if "mass" in tags:
            number = "mass"
        elif tags & {"bareonly", "shoes"} or ("bareable" in tags and (not _is_one(who) or verb in MANY or self.chance(0.6))):
            number = "bare"
        elif verb == "jonglieren":
            number = self.pick(["three", "four"])
        elif not _is_one(who) and tags & {"cycle", "motor", "mount"}:
            number = "bare"
        if number == "one" and tags & {"cup", "glass", "piece", "icecream", "food"} and not _is_one(who):
            raise Unfit
        if "Q" in entry.marks:
            return Thing(noun)
        return Thing(noun, number, self.adjectives(noun, 0.4))

    # more than a plain clause

    def also(self) -> Caption:
        """Sitting, standing or lying somewhere and doing something."""
        verb = self.pick(VERBS_FOR["also"])
        mark = self.pick(sorted(VERBS[verb].marks & POSTURES.keys()))
        place = self.pick(common_places(POSTURE_PLACES[mark], VERBS[verb].places))
        who = self.who(verb)
        if not NOUNS[who[0].noun].tags & VERBS[POSTURES[mark]].subjects:
            raise Unfit
        posture = self.event(POSTURES[mark], who, place_name=place)
        clause = Clause(who, posture, self.event(verb, who, place=False))
        return Caption(clause, first="place" if self.chance(0.35) else "who")

    def when(self, clause: Clause) -> Caption:
        name = self.pick(list(WHEN))
        mid = "mid" in WHEN[name].tags and not clause.does.thing and not clause.does.manner and self.chance(0.5)
        caption = Caption(clause, first="who" if mid else "when", when=name)
        if not fits_when(caption):
            raise Unfit
        return caption

    def meanwhile(self, clause: Clause) -> Clause:
        """Others doing something at the same place."""
        here = PLACES[clause.does.place].tags if clause.does.place else frozenset()
        near = verbs_near(here & NEARBY)
        other = self.clause(self.pick(near), place=False, clothes=False)
        if VERBS[other.does.verb].place_needed and not set(VERBS[other.does.verb].places) & here:
            raise Unfit
        if {thing.noun for thing in other.who} & {thing.noun for thing in clause.who} or other.does.verb == clause.does.verb:
            raise Unfit
        return other

    def sitting_subject(self, clause: Clause) -> Clause:
        """*Ein Mann, der auf einer Bank sitzt, liest eine Zeitung*."""
        marks = sorted(VERBS[clause.does.verb].marks & {"S", "T"})
        mark = self.pick(marks)
        who = clause.who[0]
        if len(clause.who) > 1 or who.wears or who.number == "group" or not NOUNS[who.noun].tags & VERBS[POSTURES[mark]].subjects:
            raise Unfit
        place = self.pick(common_places(POSTURE_PLACES[mark], VERBS[clause.does.verb].places))
        posture = Event(POSTURES[mark], place=place)
        does = Event(clause.does.verb, clause.does.thing, clause.does.manner)
        return Clause((Thing(who.noun, who.number, who.adjectives, does=posture),), does)

    def resting_object(self, does: Event) -> Event:
        """*... einen Hund, der auf einem Teppich liegt*."""
        if does.thing is None or does.verb not in SEEING or "pet" not in NOUNS[does.thing.noun].tags or does.place:
            raise Unfit
        verb = self.pick(RESTING)
        rest = Event(verb, place=self.pick(places_with(VERBS[verb].places)))
        thing = Thing(does.thing.noun, does.thing.number, does.thing.adjectives, does=rest)
        return Event(does.verb, thing, does.manner)

    def reason(self) -> Caption:
        name = self.pick(list(REASONED))
        verb = self.pick(sorted(REASONED[name]))
        clause = self.clause(verb, place=self.chance(0.5))
        objects = REASONED[name][verb]
        if (clause.does.thing.noun if clause.does.thing else "") not in (objects or {""}):
            raise Unfit
        return Caption(clause, reason=name)
