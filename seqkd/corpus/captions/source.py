"""The German sentence of a meaning."""

import re

from seqkd.corpus.captions.german import (
    PRONOUN,
    finite,
    gender_of,
    is_plural,
    middle,
    noun_phrase,
    place_phrase,
    verb_last,
)
from seqkd.corpus.captions.lexicon import MANNERS, REASONS, VERBS, WHEN
from seqkd.corpus.captions.meaning import Caption, Clause, Event


def source_of(caption: Caption) -> str:
    """The German sentence of a meaning; no two meanings share one.

    Raises:
        KeyError: a name is not in the lexicon.
    """
    return punctuated(f"{_main_clause(caption)} {_subordinate_clauses(caption)}")


def punctuated(words: str) -> str:
    """The words as a sentence, with a capital, commas and full stop."""
    text = " ".join(words.split())
    text = re.sub(r"(?: ?,)+(?= |$)", ",", text).rstrip(",")
    return text[0].upper() + text[1:] + "."


def _main_clause(caption: Caption) -> str:
    clause, when = caption.main, WHEN[caption.when].german if caption.when else ""
    who, does = subject(clause), clause.does
    reflexive = "sich" if VERBS[does.verb].reflexive else ""
    manner = MANNERS[does.manner].german if does.manner else ""
    start = {"who": who, "place": place_phrase(does), "when": when}[caption.first]
    parts = [start, finite(does, is_plural(clause)), reflexive]
    if caption.first != "who":
        parts.append(who)
    if caption.first != "when":
        parts.append(when)
    parts += [*middle(does, manner, place=caption.first != "place"), VERBS[does.verb].prefix.strip("_")]
    if clause.also:
        parts += ["und", _second_predicate(clause.also, is_plural(clause))]
    return " ".join(parts)


def _second_predicate(event: Event, plural: bool) -> str:
    verb = VERBS[event.verb]
    manner = MANNERS[event.manner].german if event.manner else ""
    parts = [finite(event, plural), "sich" if verb.reflexive else "", *middle(event, manner), verb.prefix.strip("_")]
    return " ".join(parts)


def _subordinate_clauses(caption: Caption) -> str:
    clauses = ""
    if caption.meanwhile:
        clause = caption.meanwhile
        clauses += f", während {verb_last(clause.does, is_plural(clause), subject(clause))}"
    if caption.reason:
        gender = "p" if is_plural(caption.main) else gender_of(caption.main.who[0])
        ist, hat = ("sind", "haben") if gender == "p" else ("ist", "hat")
        reason = REASONS[caption.reason].german.format(er=PRONOUN[gender], ist=ist, hat=hat)
        clauses += f", {reason}"
    return clauses


def subject(clause: Clause) -> str:
    """The subject in the nominative."""
    return " und ".join(noun_phrase(thing, 1) for thing in clause.who)
