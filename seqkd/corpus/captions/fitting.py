"""Consistency of a caption beyond the tags of single words: season, clothes, moods and places."""

from seqkd.corpus.captions.lexicon import HABITS, NOUNS, PLACES, STRANGERS, VERBS, WHEN, Tags
from seqkd.corpus.captions.meaning import Caption, Clause, Event, Thing


def is_consistent(caption: Caption) -> bool:
    """Whether season, clothes, moods and places do not contradict each other, and no word is repeated."""
    things = [*_clothes(caption), *_things(caption)]
    words = [word for thing in things for word in (thing.noun, *thing.adjectives)]
    words += [event.place_is for event in _events(caption) if event.place_is]
    return (
        len(words) == len(set(words))
        and len(_season(caption)) <= 1
        and _is_suitably_dressed(caption)
        and _has_room(caption)
        and not any(_is_misplaced(clause, caption.main.does.place) for clause in _clauses(caption))
        and not any(map(_mood_conflicts, _clauses(caption)))
        and not any(map(_is_odd, _events(caption)))
        and not any(map(_repeats_tragen, _clauses(caption)))
        and not _ends_in_prefix(caption)
    )


def fits_when(caption: Caption) -> bool:
    """Whether the time or weather fits the caption: outdoors, and in season."""
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
    events = [event for clause in _clauses(caption) for event in (clause.does, clause.also) if event]
    return events + [thing.does for thing in _things(caption) if thing.does]


def _clothes(caption: Caption) -> list[Thing]:
    """Clothes worn, and objects, which may be clothes."""
    worn = [thing.wears for thing in _things(caption) if thing.wears]
    return worn + [event.thing for event in _events(caption) if event.thing]


def _season(caption: Caption) -> set[str]:
    """Seasons that the caption suggests: winter, summer."""
    seasons: set[str] = set()
    for event in _events(caption):
        names = {event.verb, event.place, event.place_is, event.thing.noun if event.thing else ""}
        if names & (HABITS["wintry_verbs"] | HABITS["wintry_places"] | HABITS["wintry_looks"]):
            seasons.add("winter")
        summery = HABITS["summery_verbs"] | HABITS["summery_places"] | HABITS["summery_things"]
        if names & (summery | HABITS["summery_looks"]):
            seasons.add("summer")
    for thing in _clothes(caption):
        tags = NOUNS[thing.noun].tags
        seasons |= {season for tag, season in (("warm", "winter"), ("light", "summer")) if tag in tags}
    return seasons


def _is_outdoors(event: Event, tags: Tags) -> bool:
    """Whether it happens at a place with one of these tags, or is always outdoors."""
    return "R" in VERBS[event.verb].marks or bool(event.place and PLACES[event.place].tags & tags)


def _is_suitably_dressed(caption: Caption) -> bool:
    """No coat in the kitchen, tie on the roof, raincoat in dry weather, bare feet in town, or skirt on skis."""
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
    """Whether nobody shares a place for one, such as a chair."""
    many = any(len(clause.who) > 1 or clause.who[0].number != "one" for clause in _clauses(caption))
    return not (many and any("single" in PLACES[event.place].tags for event in _events(caption) if event.place))


def _is_misplaced(clause: Clause, place: str) -> bool:
    """Whether somebody is at an unlikely place; a *while* clause also happens at the main clause's ``place``."""
    who = {tag for thing in clause.who for tag in NOUNS[thing.noun].tags}
    resting = clause.does.thing.does if clause.does.thing else None
    names = {place, clause.does.place, resting.place if resting else ""} - {""}
    where = {tag for name in names for tag in PLACES[name].tags}
    return any(who & strangers and where & places for strangers, places in STRANGERS)


def _is_odd(event: Event) -> bool:
    """Whether the object is barefoot, curious, or broken and used.

    An animal that is held or watched may be curious, and a broken thing may be repaired.
    """
    adjectives = set(event.thing.adjectives) if event.thing else set()
    watched = event.thing and "animal" in NOUNS[event.thing.noun].tags and event.verb in HABITS["of_the_curious"]
    broken = "kaputt" in adjectives and event.verb not in HABITS["repairs"]
    return broken or "barfüßig" in adjectives or ("neugierig" in adjectives and not watched)


def _ends_in_prefix(caption: Caption) -> bool:
    """Whether a lone prefix ends the sentence: *In einem Sessel sieht ein Mann, der einen Hut trägt, fern*."""
    does, last = caption.main.does, caption.main.who[-1]
    lone = not (does.thing or does.manner or (does.place and caption.first != "place"))
    return bool(caption.first != "who" and last.how == "who" and lone and VERBS[does.verb].prefix)


def _repeats_tragen(clause: Clause) -> bool:
    """*Ein Mann, der einen Hut trägt, trägt eine Kiste* would be clumsy."""
    return VERBS[clause.does.verb].infinitive == "tragen" and any(thing.how == "who" for thing in clause.who)


def _mood_conflicts(clause: Clause) -> bool:
    """Whether somebody cheerful sleeps, somebody tired runs, or somebody curious does something uninteresting."""
    moods = {adjective for thing in clause.who for adjective in thing.adjectives}
    verbs = {event.verb for event in (clause.does, clause.also) if event}
    cheerful = bool(moods & HABITS["lively"] and verbs & HABITS["restful_verbs"])
    curious = "neugierig" in moods and not verbs & HABITS["curious_verbs"]
    return cheerful or curious or ("müde" in moods and bool(verbs & HABITS["brisk_verbs"]))
