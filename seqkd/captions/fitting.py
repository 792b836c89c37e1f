"""What goes together beyond the tags of single words: clothes, weather, and one caption's parts."""

from seqkd.captions.lexicon import NOUNS, PLACES, VERBS, WHEN, Tags
from seqkd.captions.meaning import Caption, Clause, Event, Thing

WINTRY_PLACES = {"durchschnee", "piste", "eisbahn"}
WINTRY_VERBS = {"schneemann", "schlitten", "skifahren", "schlittschuh"}
SUMMERY_PLACES = {"strand", "strandseat", "strandtuch", "haengematte", "insee", "immeer", "imfluss", "schwimmbad"}
SUMMERY_VERBS = {"sonnen", "schwimmen", "pfluecken", "sandburg", "picknicken", "giessen", "maehen", "eisverkauf"}
SUMMERY_THINGS = {"Eis", "Limonade", "Erdbeere", "Wassermelone"}
RAINY_VERBS = {"gehen", "rennen", "joggen", "laufsport", "wartenauf", "fussball", "radeln", "stehen", "wartengruen", "fahren"}
NIGHTLY_VERBS = {"fahren", "gehen", "motorfahren"}


OUTDOORS = frozenset("out go run ride tow stroll hike hallgo hall market transitin animalgo".split())
ROUGH_VERBS = frozenset(
    "dachreparatur reparieren traktorreparatur hacken saegen mauern joggen fussball basketball tennis schlittschuh "
    "skifahren werfen fangen klettern sandburg schneemann aufbauen wandern reiten streichen maehen laubharken pflanzen "
    "waschen picknicken yoga springen rennen schubkarre hofstreicheln hoffuettern buersten angeln".split()
)
LIVELY = {"fröhlich", "neugierig", "lächelnd", "glücklich", "hungrig"}
RESTFUL_VERBS = {"schlafen", "tierschlaf", "nickerchen", "ausruhen"}
BRISK_VERBS = {"rennen", "joggen", "laufsport", "springen", "tanzen", "fussball", "yoga", "umarmen", "winken"}


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
        if event.thing and event.thing.noun in SUMMERY_THINGS:
            found.add("summer")
    for thing in _clothes(caption):
        tags = NOUNS[thing.noun].tags
        found |= {"winter"} if "warm" in tags or thing.noun == "Handschuh" else set()
        found |= {"summer"} if tags & {"light"} else set()
    return found


def is_outdoors(event: Event) -> bool:
    """Whether it happens in the open, or where people do not take off their coats."""
    return "R" in VERBS[event.verb].marks or bool(event.place and PLACES[event.place].tags & OUTDOORS)


def _moods(clause: Clause) -> bool:
    """Whether somebody merry sleeps or somebody tired runs."""
    found = {adjective for thing in clause.who for adjective in thing.adjectives}
    verbs = {event.verb for event in (clause.does, clause.also) if event}
    return bool(found & LIVELY and verbs & RESTFUL_VERBS or "müde" in found and verbs & BRISK_VERBS)


def holds_together(caption: Caption) -> bool:
    """Whether season, clothes and places do not contradict each other."""
    season = _season(caption)
    if len(season) > 1:
        return False
    words = [thing.noun for thing in [*_clothes(caption), *_things(caption)]]
    worn = frozenset().union(*(NOUNS[thing.wears.noun].tags for thing in _things(caption) if thing.wears))
    places = [PLACES[event.place].tags for event in _events(caption) if event.place]
    if "outer" in worn and not is_outdoors(caption.main.does):
        return False
    if "formal" in worn and {event.verb for event in _events(caption)} & ROUGH_VERBS:
        return False
    if any(_moods(clause) for clause in _clauses(caption)):
        return False
    crowded = any(len(clause.who) > 1 or clause.who[0].number != "one" for clause in _clauses(caption))
    return len(words) == len(set(words)) and not (crowded and any("single" in tags for tags in places))


def fits_when(caption: Caption) -> bool:
    """Whether the time or weather goes with the caption: out of doors, and in season."""
    tags, season, does = WHEN[caption.when].tags, _season(caption), caption.main.does
    if "U" in VERBS[does.verb].marks or not is_outdoors(does):
        return False
    if "nightonly" in tags:
        return does.verb in NIGHTLY_VERBS
    if "rain" in tags:
        return does.verb in RAINY_VERBS and not season
    if "winter" in tags:
        return season == {"winter"} or (not season and does.verb in ("gehen", "spazieren", "joggen", "tierrennen"))
    if "sun" in tags:
        return season <= {"summer"}
    return caption.when != "herbsttag" or not season
