"""The English translations of a meaning, as a text with alternatives."""

from dataclasses import dataclass
from functools import cache, lru_cache

from seqkd.corpus.captions.choices import Text, choice, option_choice, series, weighted
from seqkd.corpus.captions.english import ing, is_person, noun_phrase, third
from seqkd.corpus.captions.lexicon import HABITS, MANNERS, NOUNS, PLACES, REASONS, VERBS, WHEN
from seqkd.corpus.captions.meaning import ONE, Caption, Clause, Event, Thing
from seqkd.corpus.captions.styles import Option, Vector

# Weights are for the styles american, british, terse, literary.
ASPECTS: dict[str, Vector] = {
    "progressive": (0.7, 0.6, 0.1, 0.2),
    "simple": (0.2, 0.35, 0.1, 0.8),
    "participle": (0.1, 0.05, 0.8, 0),
}
"""*is reading*, *reads*, or no finite verb, as is common in captions."""
IN_FRONT: dict[str, Vector] = {"place": (0.35, 0.4, 0.04, 0.75), "when": (0.5, 0.5, 0.1, 0.8)}
"""Weight of keeping the phrase that begins the German sentence at the beginning."""
POSTURES = HABITS["posed"]
"""With these verbs, a place at the beginning puts the verb before the subject: *On a bench sits an old man*."""
ADVERB_BEFORE = {"for", "at", "to", "with", "on"}
"""Prepositions that an adverb may precede: *waiting patiently for a bus*."""
TOGETHER_BEFORE = {"for", "with"}
"""Prepositions that *alone* and *together* may precede: *playing alone with a ball*."""


@dataclass(frozen=True)
class Voice:
    """Aspect and number of a clause's verbs."""

    aspect: str
    plural: bool

    def verb(self, base: str, *, manner: str = "") -> str:
        """The inflected verb, with ``manner`` as an adverb before it."""
        if self.aspect == "participle":
            return f"{manner} {ing(base)}"
        if self.aspect == "simple":
            return f"{manner} {base if self.plural else third(base)}"
        return f"{'are' if self.plural else 'is'} {manner} {ing(base)}"


@lru_cache(8)
def target_of(caption: Caption) -> Text:
    """All translations; its strings still need ``english.punctuated``."""
    return weighted(*((_sentence(caption, aspect), weight) for aspect, weight in ASPECTS.items()))


def _sentence(caption: Caption, aspect: str) -> Text:
    inner = aspect if aspect != "participle" else "progressive"
    subordinate: list[Text] = []
    if caption.meanwhile:
        conjunction = choice([("while", ""), ("as", "lr")]) if inner == "simple" else "while"
        subordinate += [conjunction, _clause_with_agreement(caption.meanwhile, inner, "", "who")]
    if caption.reason:
        subordinate.append(_reason(caption))
    return series(_clause_with_agreement(caption.main, aspect, caption.when, caption.first), *subordinate)


def _clause_with_agreement(clause: Clause, aspect: str, when: str, first: str) -> Text:
    """The clause with a singular or plural verb: a couple *is* or, in Britain, *are*."""
    plural = len(clause.who) > 1 or clause.who[0].number not in ONE
    collective = NOUNS[clause.who[0].noun].tags & {"collective"} or clause.who[0].number == "group"
    if len(clause.who) > 1 or not collective or aspect == "participle":
        return _clause(clause, Voice(aspect, plural), when, first)
    texts = [_clause(clause, Voice(aspect, number), when, first) for number in (False, True)]
    return weighted((texts[0], (0.9, 0.3, 0.9, 0.5)), (texts[1], (0.1, 0.7, 0.1, 0.5)))


def _clause(clause: Clause, voice: Voice, when: str, first: str) -> Text:
    who = _subject(clause, voice)
    time = option_choice(WHEN[when].english) if when else ""
    plain = series(who, _predicates(clause, voice), time)
    if first == "who" or voice.aspect == "participle":
        return plain
    front = IN_FRONT[first]
    not_front: Vector = tuple(1 - weight for weight in front)
    if first == "when":
        return weighted((series(time, ",", who, _predicates(clause, voice)), front), (plain, not_front))
    fronted = _inverted(clause, voice) if clause.does.verb in POSTURES else _fronted(clause, voice, who)
    return weighted((series(fronted, time), front), (plain, not_front)) if fronted else plain


def _fronted(clause: Clause, voice: Voice, who: Text) -> Text:
    """*In a kitchen, a man is cooking soup*; empty if it would end in a bare verb: *In a lake, a man swims*."""
    does = clause.does
    bare = not does.manner and any(" " not in option.text for option in VERBS[does.verb].english)
    if voice.aspect == "simple" and bare:
        return ""
    return series(_place(does), ",", who, _predicate(does, voice, clause.who[0], place=False))


def _inverted(clause: Clause, voice: Voice) -> Text:
    """*On a bench sits an old man reading a book*; empty if English does not allow this order."""
    if voice.aspect != "simple" or (clause.also and any(thing.wears for thing in clause.who)):
        return ""
    verb = choice([(voice.verb(option.text), option.tags) for option in VERBS[clause.does.verb].english])
    does = _predicate(clause.also, Voice("participle", voice.plural), clause.who[0]) if clause.also else ""
    return series(_place(clause.does), verb, _subject(clause, voice), does)


def _predicates(clause: Clause, voice: Voice) -> Text:
    does = _predicate(clause.does, voice, clause.who[0])
    if clause.also is None:
        return does
    also, who = clause.also, clause.who[0]
    trailing = series(does, _predicate(also, Voice("participle", voice.plural), who))
    if voice.aspect == "simple" and clause.does.verb == "liegen":  # not "lies and sunbathes"
        return trailing
    second = Voice("participle" if voice.aspect != "simple" else "simple", voice.plural)
    joined = series(does, "and", _predicate(also, second, who))
    return choice([(joined, ""), (trailing, "r" if voice.aspect == "simple" else "")])


def _predicate(event: Event, voice: Voice, who: Thing, *, place: bool = True) -> Text:
    where = _place(event) if place else ""
    verb = VERBS[event.verb]
    if not event.manner:
        return series(choice([(_verb(option.text, voice, event, who), option.tags) for option in verb.english]), where)
    placed = bool(where)
    verbs = [(_with_adverb(option.text, voice, event, who, placed=placed), option.tags) for option in verb.english]
    return series(choice(verbs), where)


def _with_adverb(template: str, voice: Voice, event: Event, who: Thing, *, placed: bool) -> Text:
    """The verb with its object and an adverb of manner, in all positions that the adverb may have."""
    variants = []
    for manner in MANNERS[event.manner].english:
        tags = manner.tags.strip("<>")
        before = _verb(template, voice, event, who, manner.text), tags
        after = series(_verb(template, voice, event, who), manner.text), tags
        split = _before_preposition(template, manner)
        if "<" in manner.tags:
            variants.append(before)
        elif split:
            variants += [(_verb(split, voice, event, who), tags), *([] if ">" in manner.tags else [before])]
        elif ">" in manner.tags:
            variants.append(after)
        elif " " not in template or (not placed and len(template.split()) == 2):
            variants += [after, before]
        else:
            variants.append(before)
    return choice(variants)


def _before_preposition(template: str, manner: Option) -> str:
    """*wait patiently for {o}*; empty if the verb has no such preposition."""
    verb, *words = template.split()
    prepositions = TOGETHER_BEFORE if ">" in manner.tags else ADVERB_BEFORE
    return " ".join([verb, manner.text, *words]) if len(words) == 2 and words[0] in prepositions else ""


def _verb(template: str, voice: Voice, event: Event, who: Thing, manner: str = "") -> Text:
    """The verb with its object."""
    template = template.replace("{his}", _possessive(who, voice.plural))
    before, slot, after = template.partition("{o}")
    if not slot:
        return voice.verb(template, manner=manner)
    object_ = _thing(event.thing) if event.thing else ""
    return series(voice.verb(before.strip(), manner=manner), object_, after.strip())


def _possessive(who: Thing, plural: bool) -> str:
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
        return option_choice(tuple(Option(option.text.replace("_ ", ""), option.tags) for option in place.english))
    adjectives = option_choice(place.adjectives[adjective])
    texts = []
    for option in place.english:
        before, slot, after = option.text.partition("_")
        if slot:
            texts.append((series(before.strip(), adjectives, after.strip()), option.tags))
    return choice(texts)


def _subject(clause: Clause, voice: Voice) -> Text:
    parts: list[Text] = []
    for thing in clause.who:
        parts += ["and", _thing(thing, voice)] if parts else [_thing(thing, voice)]
    return series(*parts)


def _thing(thing: Thing, voice: Voice | None = None) -> Text:
    """A noun phrase with clothes and relative clause; ``voice`` is given for a subject."""
    parts = [noun_phrase(thing, subject=voice is not None)]
    if thing.wears:
        parts.append(_wearing(thing, thing.wears, voice))
    if thing.does:
        parts.append(_relative(thing, thing.does, voice))
    return series(*parts)


def _wearing(thing: Thing, worn_thing: Thing, voice: Voice | None) -> Text:
    """*in a hat*, *with a hat*, *wearing a hat*, *who is wearing a hat* (not if the sentence has no finite verb)."""
    worn, tags = noun_phrase(worn_thing), NOUNS[worn_thing.noun].tags
    variants = [(series("with", worn), "")] if thing.how == "with" else []
    if not tags & {"eyes", "bag", "back"}:
        variants.append((series("in", worn), "" if thing.how == "in" else "r"))
    if not tags & {"bag"} and voice and voice.aspect != "participle":
        verb = "are" if thing.number not in ONE else "is"
        finite = series("who", verb, "wearing", worn), "" if thing.how == "who" else "lr"
        variants += [(series("wearing", worn), ""), finite]
    elif not tags & {"bag"}:
        variants.append((series("wearing", worn), "r"))
    return choice(variants)


def _relative(thing: Thing, event: Event, voice: Voice | None) -> Text:
    plural = thing.number not in ONE
    pronouns = [("who", "")] if is_person(thing) else [("that", ""), ("which", "k")]
    participle = _predicate(event, Voice("participle", plural), thing)
    if voice and voice.aspect == "participle":
        return participle
    relative = series(choice(pronouns), _predicate(event, Voice("progressive", plural), thing))
    return choice([(participle, ""), (relative, "l")])


def _reason(caption: Caption) -> Text:
    plural = len(caption.main.who) > 1 or caption.main.who[0].number not in ONE
    who = NOUNS[caption.main.who[0].noun]
    pronoun = next((tag for tag in ("he", "she") if tag in who.tags), "they")
    pronoun, is_ = ("they", "are") if plural or pronoun == "they" else (pronoun, "is")
    return option_choice(
        tuple(
            Option(option.text.replace("{he}", pronoun).replace("{is}", is_), option.tags)
            for option in REASONS[caption.reason].english
        )
    )
