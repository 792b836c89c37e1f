"""Meanings drawn by a seed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from random import Random

from seqkd.captions.choices import bound
from seqkd.captions.draft import Draft, Unfit
from seqkd.captions.fitting import holds_together
from seqkd.captions.lexicon import SAME_VERB
from seqkd.captions.meaning import Caption, Clause, Event, Thing
from seqkd.captions.source import source_of
from seqkd.captions.target import target_of

WORDS = range(6, 18)
"""Length of a source."""
MOST_TRANSLATIONS = 5000


def sample_meanings(seed: int, count: int) -> list[Caption]:
    """``count`` distinct meanings, always the same for a seed: the first of a longer list are those of a shorter."""
    return list(islice(meanings(seed), count))


def meanings(seed: int) -> Iterator[Caption]:
    """Distinct meanings without end (there are far more than any corpus needs)."""
    rng, seen = Random(f"meanings {seed}"), set()
    while True:
        caption = _drawn(Draft(rng))
        if caption not in seen:
            seen.add(caption)
            yield caption


def _drawn(draft: Draft) -> Caption:
    """A sound caption of a kind that is drawn first, so that difficult kinds do not become rare."""
    kind = draft.kind()
    while True:
        with suppress(Unfit):
            caption = draft.caption(kind)
            if holds_together(caption):
                caption = _in_one_sense(caption)
                if len(source_of(caption).split()) in WORDS and bound(target_of(caption)) <= MOST_TRANSLATIONS:
                    return caption


def _in_one_sense(caption: Caption) -> Caption:
    """Verbs that differ only in who does it where are one in the meaning."""

    def event(one: Event) -> Event:
        return replace(one, verb=SAME_VERB[one.verb], thing=one.thing and thing(one.thing))

    def thing(one: Thing) -> Thing:
        return replace(one, does=event(one.does)) if one.does else one

    def clause(one: Clause) -> Clause:
        return Clause(tuple(map(thing, one.who)), event(one.does), one.also and event(one.also))

    return replace(caption, main=clause(caption.main), meanwhile=caption.meanwhile and clause(caption.meanwhile))
