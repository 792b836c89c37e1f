"""What goes together beyond the tags of single words: clothes, weather, and one caption's parts."""

from seqkd.captions.lexicon import HABITS, NOUNS, PLACES, STRANGERS, VERBS, WHEN, Tags
from seqkd.captions.meaning import Caption, Clause, Event, Thing


def holds_together(caption: Caption) -> bool:
    """Whether season, clothes, moods and places do not contradict each other, and no word comes twice."""
    things = [*_clothes(caption), *_things(caption)]
    words = [word for thing in things for word in (thing.noun, *thing.adjectives)]
    words += [event.place_is for event in _events(caption) if event.place_is]
    return (
        len(words) == len(set(words))
        and len(_season(caption)) <= 1
        and _dressed_for_it(caption)
        and _has_room(caption)
        and not any(_is_strange(clause, caption.main.does.place) for clause in _clauses(caption))
        and not any(map(_is_moody, _clauses(caption)))
        and not any(map(_is_odd, _events(caption)))
        and not any(map(_carries_twice, _clauses(caption)))
        and not _trails(caption)
    )


def fits_when(caption: Caption) -> bool:
    """Whether the time or weather goes with the caption: out of doors, and in season."""
    tags, season, does = WHEN[caption.when].tags, _season(caption), caption.main.does
    if "U" in VERBS[does.verb].marks or not _is_outdoors(does, HABITS["open"]):
        return False
    if caption.when in HABITS["dark"] and does.place_is == "sonnig":
        return False
    if does.place == "lagerfeuer" and caption.when not in HABITS["firelight"]:
        return False
    if "nightonly" in tags:
        return does.verb in HABITS["nightly_verbs"]
    if "rain" in tags:
        return does.verb in HABITS["rainy_verbs"] and not season
    if "winter" in tags:
        return season == {"winter"} or (not season and does.verb in HABITS["winter_walks"])
    if "sun" in tags:
        return season <= {"summer"}
    if caption.when == "morgen":
        return does.verb not in HABITS["restful_verbs"]
    return "autumn" not in tags or not (season or does.verb in HABITS["fair_weather"])


def _clauses(caption: Caption) -> list[Clause]:
    return [caption.main, *([caption.meanwhile] if caption.meanwhile else [])]


def _things(caption: Caption) -> list[Thing]:
    return [thing for clause in _clauses(caption) for thing in clause.who]


def _events(caption: Caption) -> list[Event]:
    found = [event for clause in _clauses(caption) for event in (clause.does, clause.also) if event]
    return found + [thing.does for thing in _things(caption) if thing.does]


def _clothes(caption: Caption) -> list[Thing]:
    """What is worn, and objects, which may be clothes."""
    worn = [thing.wears for thing in _things(caption) if thing.wears]
    return worn + [event.thing for event in _events(caption) if event.thing]


def _season(caption: Caption) -> set[str]:
    """Signs of winter and of summer."""
    found: set[str] = set()
    for event in _events(caption):
        said = {event.verb, event.place, event.place_is, event.thing.noun if event.thing else ""}
        if said & (HABITS["wintry_verbs"] | HABITS["wintry_places"] | HABITS["wintry_looks"]):
            found.add("winter")
        summery = HABITS["summery_verbs"] | HABITS["summery_places"] | HABITS["summery_things"]
        if said & (summery | HABITS["summery_looks"]):
            found.add("summer")
    for thing in _clothes(caption):
        found |= {season for tag, season in (("warm", "winter"), ("light", "summer")) if tag in NOUNS[thing.noun].tags}
    return found


def _is_outdoors(event: Event, where: Tags) -> bool:
    """Whether it happens in such places, or nowhere else by its nature."""
    return "R" in VERBS[event.verb].marks or bool(event.place and PLACES[event.place].tags & where)


def _dressed_for_it(caption: Caption) -> bool:
    """No coat in the kitchen, tie on the roof, raincoat without need, bare feet in town, or skirt on skis."""
    worn = {tag for thing in _things(caption) if thing.wears for tag in NOUNS[thing.wears.noun].tags}
    verbs = {event.verb for event in _events(caption)}
    if "outer" in worn and (verbs & HABITS["coatless"] or not _is_outdoors(caption.main.does, HABITS["coats_on"])):
        return False
    where = {tag for event in _events(caption) if event.place for tag in PLACES[event.place].tags}
    barefoot = any("barfüßig" in thing.adjectives for thing in _clothes(caption) + _things(caption))
    if barefoot and (where & HABITS["shod"] or "winter" in _season(caption)):
        return False
    if "raincoat" in worn and caption.main.does.verb not in HABITS["rainy_verbs"]:
        return False
    if "skirt" in worn and verbs & HABITS["sports"]:
        return False
    return not ("formal" in worn and verbs & HABITS["rough_verbs"])


def _has_room(caption: Caption) -> bool:
    """Nobody shares a chair."""
    many = any(len(clause.who) > 1 or clause.who[0].number != "one" for clause in _clauses(caption))
    return not (many and any("single" in PLACES[event.place].tags for event in _events(caption) if event.place))


def _is_strange(clause: Clause, place: str) -> bool:
    """Whether somebody is where he is not found; what happens meanwhile does so at the caption's place."""
    who = {tag for thing in clause.who for tag in NOUNS[thing.noun].tags}
    resting = clause.does.thing.does if clause.does.thing else None
    named = {place, clause.does.place, resting.place if resting else ""} - {""}
    where = {tag for one in named for tag in PLACES[one].tags}
    return any(who & strangers and where & places for strangers, places in STRANGERS)


def _is_odd(event: Event) -> bool:
    """Whether somebody is curious or barefoot to whom something is done, or something broken is used.

    Animals may be curious that are held or seen, and what is broken may be repaired.
    """
    what = set(event.thing.adjectives) if event.thing else set()
    seen = event.thing and "animal" in NOUNS[event.thing.noun].tags and event.verb in HABITS["of_the_curious"]
    broken = "kaputt" in what and event.verb not in HABITS["repairs"]
    return broken or "barfüßig" in what or ("neugierig" in what and not seen)


def _trails(caption: Caption) -> bool:
    """Whether a prefix stands alone at the end: *In einem Sessel sieht ein Mann, der einen Hut trägt, fern*."""
    does, last = caption.main.does, caption.main.who[-1]
    alone = not (does.thing or does.manner or (does.place and caption.first != "place"))
    return bool(caption.first != "who" and last.how == "who" and alone and VERBS[does.verb].prefix)


def _carries_twice(clause: Clause) -> bool:
    """*Ein Mann, der einen Hut trägt, trägt eine Kiste* would be clumsy."""
    return VERBS[clause.does.verb].infinitive == "tragen" and any(thing.how == "who" for thing in clause.who)


def _is_moody(clause: Clause) -> bool:
    """Whether somebody merry sleeps, somebody tired runs, or somebody curious does what asks for no curiosity."""
    moods = {adjective for thing in clause.who for adjective in thing.adjectives}
    verbs = {event.verb for event in (clause.does, clause.also) if event}
    merry = bool(moods & HABITS["lively"] and verbs & HABITS["restful_verbs"])
    idle = "neugierig" in moods and not verbs & HABITS["curious_verbs"]
    return merry or idle or ("müde" in moods and bool(verbs & HABITS["brisk_verbs"]))
