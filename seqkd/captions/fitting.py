"""What goes together beyond the tags of single words: clothes, weather, and one caption's parts."""

from seqkd.captions.lexicon import NOUNS, PLACES, VERBS, WHEN, Tags
from seqkd.captions.meaning import Caption, Clause, Event, Thing

WINTRY_PLACES = {"durchschnee", "piste", "eisbahn"}
WINTRY_VERBS = {"schneemann", "schlitten", "skifahren", "schlittschuh"}
SUMMERY_PLACES = {"strand", "strandseat", "strandtuch", "haengematte", "insee", "immeer", "imfluss", "schwimmbad"}
SUMMERY_VERBS = {"sonnen", "schwimmen", "pfluecken", "sandburg", "picknicken", "giessen", "maehen", "eisverkauf"}
RAINY_VERBS = {"gehen", "rennen", "joggen", "laufsport", "wartenauf", "fussball", "radeln", "stehen", "wartengruen", "fahren"}
NIGHTLY_VERBS = {"fahren", "gehen", "motorfahren"}


def wardrobe(tags: Tags) -> Tags:
    """The classes of clothes that somebody wears."""
    found = set()
    if tags & {"uniform"}:
        return frozenset({"uniformwear"})
    if tags & {"cook", "waiter", "baker"}:
        return frozenset({"cookwear"})
    if tags & {"builder", "horserider", "cyclist"}:
        return frozenset({"helmetwear"})
    if tags & {"adult", "youth", "child", "seller", "teacher", "musician", "photographer", "gardener"}:
        found.add("anywear")
    grown = tags & {"adult", "teacher", "seller", "photographer", "musician"}
    if grown and "he" in tags:
        found.add("gentwear")
    if (grown or "student" in tags) and "she" in tags:
        found.add("ladywear")
    if "girl" in tags:
        found.add("girlwear")
    if "boy" in tags:
        found.add("boywear")
    return frozenset(found)


def _clauses(caption: Caption) -> list[Clause]:
    return [caption.main, *([caption.meanwhile] if caption.meanwhile else [])]


def _events(caption: Caption) -> list[Event]:
    found = [event for clause in _clauses(caption) for event in (clause.does, clause.also) if event]
    return found + [thing.does for thing in _things(caption) if thing.does]


def _things(caption: Caption) -> list[Thing]:
    return [thing for clause in _clauses(caption) for thing in clause.who]


def _clothes(caption: Caption) -> list[Thing]:
    worn = [thing.wears for thing in _things(caption) if thing.wears]
    return worn + [event.thing for event in _events(caption) if event.thing]


def _season(caption: Caption) -> set[str]:
    """Signs of winter, summer and rain in it."""
    found = set()
    for event in _events(caption):
        wintry = event.place in WINTRY_PLACES or event.verb in WINTRY_VERBS or event.place_is == "verschneit"
        summery = event.place in SUMMERY_PLACES or event.verb in SUMMERY_VERBS or event.place_is in ("blühend", "sonnig")
        found |= {"winter"} if wintry else set()
        found |= {"summer"} if summery else set()
        if event.thing and event.thing.noun in ("Eis", "Limonade"):
            found.add("summer")
        if event.thing and event.thing.noun == "Laub":
            found.add("autumn")
    for thing in _clothes(caption):
        tags = NOUNS[thing.noun].tags if thing.noun in NOUNS else frozenset()
        found |= {"winter"} & ({"winter"} if tags & {"warm"} or thing.noun == "Handschuh" else set())
        found |= {"summer"} if tags & {"light"} else set()
    return found


def holds_together(caption: Caption) -> bool:
    """Whether season, clothes and places do not contradict each other."""
    season = _season(caption)
    if len(season) > 1:
        return False
    words = [thing.noun for thing in _clothes(caption)]
    return len(words) == len(set(words))


def fits_when(caption: Caption) -> bool:
    """Whether the time or weather goes with the caption: out of doors, and in season."""
    tags, season, does = WHEN[caption.when].tags, _season(caption), caption.main.does
    outdoors = "R" in VERBS[does.verb].marks or bool(does.place and PLACES[does.place].tags & {"out", "go", "run", "ride"})
    if "U" in VERBS[does.verb].marks or not outdoors:
        return False
    if "nightonly" in tags:
        return does.verb in NIGHTLY_VERBS
    if "rain" in tags:
        return does.verb in RAINY_VERBS and not season
    if "winter" in tags:
        return season == {"winter"} or (not season and does.verb in ("gehen", "spazieren", "joggen", "tierrennen"))
    if "sun" in tags:
        return season <= {"summer"}
    return caption.when != "herbsttag" or not season or season == {"autumn"}
