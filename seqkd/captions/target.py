"""The English translations of a meaning, as a text with choices."""

from dataclasses import dataclass
from functools import cache, lru_cache

from seqkd.captions.choices import Text, choice, said, series, weighted
from seqkd.captions.english import ing, is_person, noun_phrase, third
from seqkd.captions.lexicon import MANNERS, NOUNS, PLACES, REASONS, VERBS, WHEN
from seqkd.captions.meaning import ONE, Caption, Clause, Event, Thing
from seqkd.captions.styles import Option, Vector

# Weights are for the styles american, british, terse, literary.
ASPECTS: dict[str, Vector] = {
    "progressive": (0.7, 0.6, 0.1, 0.2),
    "simple": (0.2, 0.35, 0.1, 0.8),
    "participle": (0.1, 0.05, 0.8, 0),
}
"""*is reading*, *reads*, or no finite verb at all, as captions like it."""
IN_FRONT: dict[str, Vector] = {"place": (0.35, 0.4, 0.04, 0.75), "when": (0.5, 0.5, 0.1, 0.8)}
"""What stands first in German, first in English too."""
INVERTED: Vector = (0, 0.1, 0, 0.6)
"""*On a bench sits an old man*, of what has the place in front."""
INVERTIBLE = {"sitzen", "stehen", "liegen", "tiersitzen"}


@dataclass(frozen=True)
class Voice:
    """How verbs of a clause are said: the aspect, and whether they are plural."""

    aspect: str
    plural: bool

    def verb(self, base: str, *, manner: str = "") -> str:
        """The form of the verb, the adverb where it belongs before it."""
        if self.aspect == "participle":
            return f"{manner} {ing(base)}"
        if self.aspect == "simple":
            return f"{manner} {base if self.plural else third(base)}"
        return f"{'are' if self.plural else 'is'} {manner} {ing(base)}"


@lru_cache(8)
def target_of(caption: Caption) -> Text:
    """All translations; what is drawn of it goes through ``english.punctuated``."""
    return weighted(*((_whole(caption, aspect), weight) for aspect, weight in ASPECTS.items()))


def _whole(caption: Caption, aspect: str) -> Text:
    inner = aspect if aspect != "participle" else "progressive"
    after: list[Text] = []
    if caption.meanwhile:
        conjunction = choice([("while", ""), ("as", "lr")])
        after += [conjunction, _agreeing(caption.meanwhile, inner, "", "who")]
    if caption.reason:
        after.append(_reason(caption))
    return series(_agreeing(caption.main, aspect, caption.when, caption.first), *after)


def _agreeing(clause: Clause, aspect: str, when: str, first: str) -> Text:
    """A couple *is* or, in Britain, *are*."""
    plural = len(clause.who) > 1 or clause.who[0].number not in ONE
    collective = NOUNS[clause.who[0].noun].tags & {"collective"} or clause.who[0].number == "group"
    if len(clause.who) > 1 or not collective or aspect == "participle":
        return _clause(clause, Voice(aspect, plural), when, first)
    texts = [_clause(clause, Voice(aspect, number), when, first) for number in (False, True)]
    return weighted((texts[0], (0.9, 0.3, 0.9, 0.5)), (texts[1], (0.1, 0.7, 0.1, 0.5)))


def _clause(clause: Clause, voice: Voice, when: str, first: str) -> Text:
    who = _subject(clause, voice)
    time = said(WHEN[when].english) if when else ""
    plain = series(who, _doing(clause, voice, place=True), time)
    if first == "who" or voice.aspect == "participle":
        return plain
    front = IN_FRONT[first]
    rest: Vector = tuple(1 - share for share in front)
    if first == "when":
        return weighted((series(time, ",", who, _doing(clause, voice, place=True)), front), (plain, rest))
    where = _place(clause.does)
    fronted = series(where, ",", who, _doing(clause, voice, place=False), time)
    turned: Vector = (0, 0, 0, 0)
    if clause.does.verb in INVERTIBLE and voice.aspect == "simple" and not clause.also and not clause.does.manner:
        turned = tuple(share * part for share, part in zip(front, INVERTED, strict=True))
    verb = choice([(voice.verb(one.text), one.tags) for one in VERBS[clause.does.verb].english])
    kept: Vector = tuple(share - part for share, part in zip(front, turned, strict=True))
    return weighted((fronted, kept), (series(where, verb, who, time), turned), (plain, rest))


def _doing(clause: Clause, voice: Voice, *, place: bool) -> Text:
    does = _predicate(clause.does, voice, clause.who[0], place=place)
    if clause.also is None:
        return does
    also, who = clause.also, clause.who[0]
    bare = Voice("participle" if voice.aspect != "simple" else "simple", voice.plural)
    joined = series(does, "and", _predicate(also, bare, who))
    if voice.aspect == "progressive" and not place:  # not "is sitting eating"
        return joined
    trailing = series(does, _predicate(also, Voice("participle", voice.plural), who))
    return choice([(joined, ""), (trailing, "r" if voice.aspect == "simple" else "")])


def _predicate(event: Event, voice: Voice, who: Thing, *, place: bool = True) -> Text:
    where = _place(event) if place else ""
    verb = VERBS[event.verb]
    if not event.manner:
        return series(choice([(_verb(one.text, voice, event, who), one.tags) for one in verb.english]), where)
    texts = []
    for manner in MANNERS[event.manner].english:
        after = [(_verb(one.text, voice, event, who), one.tags) for one in verb.english]
        texts.append((series(choice(after), manner.text, where), manner.tags.replace(">", "")))
        if ">" not in manner.tags:
            before = [(_verb(one.text, voice, event, who, manner.text), one.tags) for one in verb.english]
            texts.append((series(choice(before), where), manner.tags))
    return choice(texts)


def _verb(template: str, voice: Voice, event: Event, who: Thing, manner: str = "") -> Text:
    """The verb with its object."""
    template = template.replace("{his}", _his(who, voice.plural))
    before, slot, after = template.partition("{o}")
    if not slot:
        return voice.verb(template, manner=manner)
    what = _thing(event.thing) if event.thing else ""
    return series(voice.verb(before.strip(), manner=manner), what, after.strip())


def _his(who: Thing, plural: bool) -> str:
    if plural:
        return "their"
    return next((word for tag, word in (("he", "his"), ("she", "her")) if tag in NOUNS[who.noun].tags), "their")


def _place(event: Event) -> Text:
    return place_phrase(event.place, event.place_is) if event.place else ""


@cache
def place_phrase(name: str, adjective: str) -> Text:
    """*on a bench*, with its adjective."""
    place = PLACES[name]
    if not adjective:
        return said(tuple(Option(one.text.replace("_ ", ""), one.tags) for one in place.english))
    texts = []
    for one in place.english:
        before, slot, after = one.text.partition("_")
        if slot:
            texts.append((series(before.strip(), said(place.adjectives[adjective]), after.strip()), one.tags))
    return choice(texts)


def _subject(clause: Clause, voice: Voice) -> Text:
    parts: list[Text] = []
    for thing in clause.who:
        parts += ["and", _thing(thing, voice)] if parts else [_thing(thing, voice)]
    return series(*parts)


def _thing(thing: Thing, voice: Voice | None = None) -> Text:
    """A noun phrase with what follows it; a subject's depends on the voice."""
    parts = [noun_phrase(thing)]
    if thing.wears:
        parts.append(_wearing(thing, thing.wears, voice))
    if thing.does:
        parts.append(_relative(thing, thing.does, voice))
    return series(*parts)


def _wearing(thing: Thing, worn_thing: Thing, voice: Voice | None) -> Text:
    """*in a hat*, *with a hat*, *wearing a hat*, *who is wearing a hat* (not where the sentence has no finite verb)."""
    worn, tags = noun_phrase(worn_thing), NOUNS[worn_thing.noun].tags
    ways = [(series("with", worn), "")] if thing.how == "with" else []
    if not tags & {"eyes", "bag", "back"}:
        ways.append((series("in", worn), "" if thing.how == "in" else "r"))
    if not tags & {"bag"} and voice and voice.aspect != "participle":
        verb = "are" if thing.number not in ONE else "is"
        finite = [(series("who", verb, "wearing", worn), "" if thing.how == "who" else "lr")]
        ways += [(series("wearing", worn), ""), *finite]
    elif not tags & {"bag"}:
        ways.append((series("wearing", worn), "r"))
    return choice(ways)


def _relative(thing: Thing, event: Event, voice: Voice | None) -> Text:
    plural = thing.number not in ONE
    aspect = voice.aspect if voice and voice.aspect != "participle" else "progressive"
    pronouns = [("who", "")] if is_person(thing) else [("that", ""), ("which", "k")]
    short = _predicate(event, Voice("participle", plural), thing)
    if voice and voice.aspect == "participle":
        return short
    whole = series(choice(pronouns), _predicate(event, Voice(aspect, plural), thing))
    return choice([(short, ""), (whole, "l")])


def _reason(caption: Caption) -> Text:
    plural = len(caption.main.who) > 1 or caption.main.who[0].number not in ONE
    who = NOUNS[caption.main.who[0].noun]
    pronoun = next((tag for tag in ("he", "she") if tag in who.tags), "they")
    pronoun, is_ = ("they", "are") if plural or pronoun == "they" else (pronoun, "is")
    options = REASONS[caption.reason].english
    return said(tuple(Option(one.text.replace("{he}", pronoun).replace("{is}", is_), one.tags) for one in options))
