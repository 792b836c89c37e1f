"""Random captions: who can do what, where, in which clothes and weather, according to the lexicon's tags."""

from collections.abc import Sequence
from functools import cache
from random import Random

from seqkd.corpus.captions.fitting import fits_when
from seqkd.corpus.captions.lexicon import (
    ADJECTIVES,
    HABITS,
    NOUNS,
    PAIRS,
    PLACES,
    REASONABLE,
    REASONS,
    VERBS,
    WARDROBES,
    WHEN,
    Tags,
)
from seqkd.corpus.captions.meaning import Caption, Clause, Event, Thing

KINDS = {"plain": 30, "place": 18, "also": 15, "when": 12, "meanwhile": 12, "subject": 5, "object": 5, "reason": 3}
"""Kinds of captions and their weights."""
MANY = {"one": 62, "two": 17, "three": 6, "four": 2, "some": 3, "several": 3, "group": 5}
FEW = {"one": 85, "two": 15}
OBJECTS = {"one": 85, "two": 10, "three": 3, "several": 2}
KIND_ORDER = ("quality", "size", "age", "look", "colour")
PAIRS_OF_KINDS = [{"size", "colour"}, {"age", "colour"}, {"size", "look"}, {"age", "look"}]
"""Kinds of two adjectives that German does not separate by a comma."""
POSTURES = {"S": "sitzen", "T": "stehen", "L": "liegen"}
POSTURE_PLACES = {"S": "seat", "T": "stand", "L": "lie"}


class Unfit(Exception):
    """This draft cannot be completed; sample another."""


class Draft:
    """Samples captions. Every method samples, and raises ``Unfit`` if nothing fits its arguments."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def kind(self) -> str:
        """One of ``KINDS``."""
        return self._weighted(KINDS)

    def caption(self, kind: str) -> Caption:
        """A caption of this kind, not yet checked by ``fitting.is_consistent``."""
        if kind == "also":
            return self._also()
        if kind == "reason":
            return self._reason()
        clause = self._clause(self._pick(verbs_for(kind)))
        if kind == "place":
            if not clause.does.place or PLACES[clause.does.place].case == 4:
                raise Unfit
            return Caption(clause, first="place")
        if kind == "when":
            return self._when(clause)
        if kind == "meanwhile":
            return Caption(clause, meanwhile=self._meanwhile(clause))
        if kind == "subject":
            return Caption(self._posed_subject(clause))
        if kind == "object":
            return Caption(Clause(clause.who, self._resting_object(clause.does)))
        return Caption(clause)

    def _pick(self, options: Sequence[str]) -> str:
        if not options:
            raise Unfit
        return options[int(self.rng.random() * len(options))]

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _weighted(self, weights: dict[str, int]) -> str:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _clause(self, verb: str, *, place: bool = True, clothes: bool = True) -> Clause:
        who = self._who(verb, clothes=clothes)
        return Clause(who, self._event(verb, who, place=place))

    # who

    def _who(self, verb: str, *, clothes: bool = True) -> tuple[Thing, ...]:
        marks, nouns = VERBS[verb].marks, nouns_with(VERBS[verb].subjects)
        if "O" not in marks and self._chance(0.12):
            return self._two(nouns)
        noun = self._pick(nouns)
        single = "O" in marks or {"family", "collective", "parent"} & NOUNS[noun].tags
        number = "one" if single else self._weighted(MANY if "G" in marks else FEW)
        if "P" in marks and number == "one":
            raise Unfit
        adjectives = self._adjectives(noun, 0.35) if number != "group" else ()
        if not clothes or "N" in marks or number == "group" or not self._chance(0.15 if adjectives else 0.4):
            return (Thing(noun, number, adjectives),)
        return (self._dressed(noun, number, adjectives),)

    def _two(self, nouns: list[str]) -> tuple[Thing, ...]:
        pair = self.rng.choice(PAIRS)
        if not set(pair) <= set(nouns):
            raise Unfit
        return tuple(Thing(noun, "one", self._adjectives(noun, 0.15)) for noun in pair)

    def _adjectives(self, noun: str, probability: float) -> tuple[str, ...]:
        """No adjective, one, or two of different kinds in their order."""
        kinds = adjectives_of(noun)
        if not kinds or not self._chance(probability):
            return ()
        first = self._pick(list(kinds))
        second = self._pick(list(kinds)) if self._chance(0.12) else first
        if {kinds[first], kinds[second]} not in PAIRS_OF_KINDS:
            return (first,)
        return tuple(sorted((first, second), key=lambda adjective: KIND_ORDER.index(kinds[adjective])))

    def _dressed(self, noun: str, number: str, adjectives: tuple[str, ...]) -> Thing:
        garment = self._pick(clothes_of(noun))
        tags = NOUNS[garment].tags
        how = "in" if "in" in tags else "with"
        if self._chance(0.3) and not tags & {"bag", "back"}:
            how = "who"
        worn = Thing(garment, "one" if number == "one" else "bare", self._adjectives(garment, 0.8))
        if "in" in tags and not worn.adjectives and garment not in HABITS["complete"]:
            raise Unfit
        return Thing(noun, number, adjectives, worn, how)

    # does what

    def _event(self, verb: str, who: tuple[Thing, ...], *, place: bool = True, place_name: str = "") -> Event:
        entry, place_is = VERBS[verb], ""
        excluded = "gemeinsam" if _is_single(who) else "allein"
        manners = [manner for manner in entry.manners if manner != excluded]
        manner = self._pick(manners) if manners and self._chance(0.2) else ""
        if not place_name and place and entry.places and (entry.place_needed or self._chance(0.7)):
            posed = verb in HABITS["posed"]
            places = [name for name in places_with(entry.places) if posed or "pose" not in PLACES[name].tags]
            place_name = self._pick(places)
        if place_name and PLACES[place_name].adjectives and self._chance(0.3):
            place_is = self._pick(list(PLACES[place_name].adjectives))
        return Event(verb, self._object(verb, who) if entry.case else None, manner, place_name, place_is)

    def _object(self, verb: str, who: tuple[Thing, ...]) -> Thing:
        nouns = nouns_with(VERBS[verb].objects)
        if verb in HABITS["dressing"]:
            clothes = clothes_of(who[0].noun)
            nouns = [noun for noun in nouns if noun in clothes or "shoes" in NOUNS[noun].tags]
        noun = self._pick(nouns)
        tags, number = NOUNS[noun].tags, self._weighted(OBJECTS) if VERBS[verb].several else "one"
        if verb in HABITS["many_at_once"]:
            number = self._pick(["three", "four", "several"])
        ridden = tags & HABITS["ridden"] and "D" in VERBS[verb].marks  # each subject has its own
        bareable = "bareable" in tags and (not _is_single(who) or verb in HABITS["plenty"] or self._chance(0.6))
        if bareable or tags & {"bareonly", "shoes"} or (ridden and not _is_single(who)):
            number = "bare"
        if "mass" in tags:
            number = "mass"
        if number == "one" and tags & HABITS["by_the_piece"] and not _is_single(who):
            raise Unfit
        return Thing(noun, number, self._adjectives(noun, 0 if verb in HABITS["made"] else 0.4))

    # other kinds of captions

    def _also(self) -> Caption:
        """Somebody sits, stands or lies somewhere and does something."""
        verb = self._pick(verbs_for("also"))
        mark = self._pick(sorted(VERBS[verb].marks & POSTURES.keys()))
        place, who = self._pick(common_places(POSTURE_PLACES[mark], VERBS[verb].places)), self._who(verb)
        if not NOUNS[who[0].noun].tags & VERBS[POSTURES[mark]].subjects:
            raise Unfit
        posture = self._event(POSTURES[mark], who, place_name=place)
        clause = Clause(who, posture, self._event(verb, who, place=False))
        return Caption(clause, first="place" if self._chance(0.35) else "who")

    def _when(self, clause: Clause) -> Caption:
        name = self._pick(list(WHEN))
        inside = "mid" in WHEN[name].tags and not clause.does.thing and not clause.does.manner and self._chance(0.5)
        caption = Caption(clause, first="who" if inside else "when", when=name)
        if not fits_when(caption):
            raise Unfit
        return caption

    def _meanwhile(self, clause: Clause) -> Clause:
        """A second clause that happens at the same place."""
        here: Tags = PLACES[clause.does.place].tags if clause.does.place else frozenset()
        meanwhile = self._clause(self._pick(verbs_near(here & HABITS["nearby"])), place=False, clothes=False)
        verb = VERBS[meanwhile.does.verb]
        if verb.place_needed and not set(verb.places) & here:
            raise Unfit
        if share_english_verb(meanwhile.does.verb, clause.does.verb):
            raise Unfit
        return meanwhile

    def _posed_subject(self, clause: Clause) -> Clause:
        """*Ein Mann, der auf einer Bank sitzt, liest eine Zeitung*."""
        mark, who = self._pick(sorted(VERBS[clause.does.verb].marks & {"S", "T"})), clause.who[0]
        fits = NOUNS[who.noun].tags & VERBS[POSTURES[mark]].subjects
        if len(clause.who) > 1 or who.wears or who.number == "group" or not fits:
            raise Unfit
        place = self._pick(common_places(POSTURE_PLACES[mark], VERBS[clause.does.verb].places))
        does = Event(clause.does.verb, clause.does.thing, clause.does.manner)
        return Clause((Thing(who.noun, who.number, who.adjectives, does=Event(POSTURES[mark], place=place)),), does)

    def _resting_object(self, does: Event) -> Event:
        """*... einen Hund, der auf einem Teppich schläft*."""
        if does.thing is None or "pet" not in NOUNS[does.thing.noun].tags or does.place:
            raise Unfit
        verb = self._pick(sorted(HABITS["resting"]))
        if HABITS["lively"] & set(does.thing.adjectives) and verb in HABITS["restful_verbs"]:
            raise Unfit
        resting = Event(verb, place=self._pick(places_with(VERBS[verb].places)))
        thing = Thing(does.thing.noun, does.thing.number, does.thing.adjectives, does=resting)
        return Event(does.verb, thing)

    def _reason(self) -> Caption:
        name, verb, objects = self.rng.choice(REASONABLE)
        clause = self._clause(verb, place=self._chance(0.5))
        repeated = name == "muede" and any("müde" in thing.adjectives for thing in clause.who)
        ungendered = "they" in NOUNS[clause.who[0].noun].tags and "{er}" in REASONS[name].german
        if repeated or ungendered or (clause.does.thing and clause.does.thing.noun not in objects):
            raise Unfit
        return Caption(clause, reason=name)


def _is_single(who: tuple[Thing, ...]) -> bool:
    return len(who) == 1 and who[0].number == "one" and "collective" not in NOUNS[who[0].noun].tags


@cache
def verbs_for(kind: str) -> list[str]:
    """Names of the verbs for a kind of caption."""
    if kind in ("also", "subject"):
        return [name for name, verb in VERBS.items() if verb.marks & POSTURES.keys() and verb.places]
    if kind == "object":
        return sorted(HABITS["seeing"])
    return [name for name, verb in VERBS.items() if verb.places or kind == "plain"]


@cache
def share_english_verb(*names: str) -> bool:
    """Whether two verbs may have the same English verb."""
    first, second = ({option.text.split()[0] for option in VERBS[name].english} for name in names)
    return bool(first & second)


@cache
def verbs_near(tags: Tags) -> list[str]:
    """Names of the verbs that happen at places with one of these tags, without those of posture."""
    return [name for name, verb in VERBS.items() if tags & set(verb.places) and name not in HABITS["posed"]]


@cache
def nouns_with(tags: Tags) -> list[str]:
    """Names of the nouns with one of these tags; common ones four times."""
    names = [name for name, noun in NOUNS.items() if noun.tags & tags]
    return names + [name for name in names if "common" in NOUNS[name].tags for _ in range(3)]


@cache
def places_with(tags: tuple[str, ...]) -> list[str]:
    """Names of the places with one of these tags."""
    return [name for name, place in PLACES.items() if place.tags & set(tags)]


@cache
def common_places(tag: str, tags: tuple[str, ...]) -> list[str]:
    """Names of the places with ``tag`` and one of ``tags``."""
    return [name for name in places_with((tag,)) if name in places_with(tags)]


@cache
def adjectives_of(noun: str) -> dict[str, str]:
    """German adjectives that fit a noun, and their kinds."""
    tags = NOUNS[noun].tags
    return {name: sense.kind for name, senses in ADJECTIVES.items() for sense in reversed(senses) if sense.fits & tags}


@cache
def clothes_of(noun: str) -> list[str]:
    """Names of the clothes and bags for somebody."""
    classes = next((classes for who, classes in WARDROBES if who & NOUNS[noun].tags), frozenset())
    return [name for name, garment in NOUNS.items() if garment.tags & classes]
