"""The English translations of a meaning, as a text with choices."""

from dataclasses import dataclass
from functools import cache, lru_cache

from seqkd.captions.choices import Text, choice, said, series, weighted
from seqkd.captions.english import ing, is_person, noun_phrase, third
from seqkd.captions.lexicon import HABITS, MANNERS, NOUNS, PLACES, REASONS, VERBS, WHEN
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
POSTURES = HABITS["posed"]
"""With these, what has the place in front has the verb before the subject: *On a bench sits an old man*."""
ADVERB_BEFORE = {"for", "at", "to", "with", "on"}
"""Prepositions of verbs that let an adverb before them: *waiting patiently for a bus*."""
TOGETHER_BEFORE = {"for", "with"}
"""The same for *alone* and *together*: *playing alone with a ball*."""


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
        conjunction = choice([("while", ""), ("as", "lr")]) if inner == "simple" else "while"
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
    plain = series(who, _doing(clause, voice), time)
    if first == "who" or voice.aspect == "participle":
        return plain
    front = IN_FRONT[first]
    rest: Vector = tuple(1 - share for share in front)
    if first == "when":
        return weighted((series(time, ",", who, _doing(clause, voice)), front), (plain, rest))
    fronted = _turned(clause, voice) if clause.does.verb in POSTURES else _fronted(clause, voice, who)
    return weighted((series(fronted, time), front), (plain, rest)) if fronted else plain


def _fronted(clause: Clause, voice: Voice, who: Text) -> Text:
    """*In a kitchen, a man is cooking soup*; empty where it would end in a bare verb: *In a lake, a man swims*."""
    does = clause.does
    bare = not does.manner and any(" " not in one.text for one in VERBS[does.verb].english)
    if voice.aspect == "simple" and bare:
        return ""
    return series(_place(does), ",", who, _predicate(does, voice, clause.who[0], place=False))


def _turned(clause: Clause, voice: Voice) -> Text:
    """*On a bench sits an old man reading a book*; empty where English has no such order."""
    if voice.aspect != "simple" or (clause.also and any(thing.wears for thing in clause.who)):
        return ""
    verb = choice([(voice.verb(one.text), one.tags) for one in VERBS[clause.does.verb].english])
    does = _predicate(clause.also, Voice("participle", voice.plural), clause.who[0]) if clause.also else ""
    return series(_place(clause.does), verb, _subject(clause, voice), does)


def _doing(clause: Clause, voice: Voice) -> Text:
    does = _predicate(clause.does, voice, clause.who[0])
    if clause.also is None:
        return does
    also, who = clause.also, clause.who[0]
    trailing = series(does, _predicate(also, Voice("participle", voice.plural), who))
    if voice.aspect == "simple" and clause.does.verb == "liegen":  # not "lies and sunbathes"
        return trailing
    bare = Voice("participle" if voice.aspect != "simple" else "simple", voice.plural)
    joined = series(does, "and", _predicate(also, bare, who))
    return choice([(joined, ""), (trailing, "r" if voice.aspect == "simple" else "")])


def _predicate(event: Event, voice: Voice, who: Thing, *, place: bool = True) -> Text:
    where = _place(event) if place else ""
    verb = VERBS[event.verb]
    if not event.manner:
        return series(choice([(_verb(one.text, voice, event, who), one.tags) for one in verb.english]), where)
    verbs = [(_adverbial(one.text, voice, event, who, placed=bool(where)), one.tags) for one in verb.english]
    return series(choice(verbs), where)


def _adverbial(template: str, voice: Voice, event: Event, who: Thing, *, placed: bool) -> Text:
    """The verb with its object and an adverb of its manner, wherever that may stand."""
    found = []
    for manner in MANNERS[event.manner].english:
        tags = manner.tags.strip("<>")
        first = _verb(template, voice, event, who, manner.text), tags
        last = series(_verb(template, voice, event, who), manner.text), tags
        split = _before_preposition(template, manner)
        if "<" in manner.tags:
            found.append(first)
        elif split:
            found += [(_verb(split, voice, event, who), tags), *([] if ">" in manner.tags else [first])]
        elif ">" in manner.tags:
            found.append(last)
        elif " " not in template or (not placed and len(template.split()) == 2):
            found += [last, first]
        else:
            found.append(first)
    return choice(found)


def _before_preposition(template: str, manner: Option) -> str:
    """*wait patiently for {o}*; empty for a verb without such a preposition."""
    verb, *words = template.split()
    let = TOGETHER_BEFORE if ">" in manner.tags else ADVERB_BEFORE
    return " ".join([verb, manner.text, *words]) if len(words) == 2 and words[0] in let else ""


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
    parts = [noun_phrase(thing, subject=voice is not None)]
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
    pronouns = [("who", "")] if is_person(thing) else [("that", ""), ("which", "k")]
    short = _predicate(event, Voice("participle", plural), thing)
    if voice and voice.aspect == "participle":
        return short
    whole = series(choice(pronouns), _predicate(event, Voice("progressive", plural), thing))
    return choice([(short, ""), (whole, "l")])


def _reason(caption: Caption) -> Text:
    plural = len(caption.main.who) > 1 or caption.main.who[0].number not in ONE
    who = NOUNS[caption.main.who[0].noun]
    pronoun = next((tag for tag in ("he", "she") if tag in who.tags), "they")
    pronoun, is_ = ("they", "are") if plural or pronoun == "they" else (pronoun, "is")
    options = REASONS[caption.reason].english
    return said(tuple(Option(one.text.replace("{he}", pronoun).replace("{is}", is_), one.tags) for one in options))
