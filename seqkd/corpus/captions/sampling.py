"""Meanings sampled by a seed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from random import Random

from seqkd.corpus.captions.choices import max_strings
from seqkd.corpus.captions.draft import Draft, Unfit
from seqkd.corpus.captions.fitting import is_consistent
from seqkd.corpus.captions.lexicon import SAME_VERB
from seqkd.corpus.captions.meaning import Caption, Clause, Event, Thing
from seqkd.corpus.captions.source import source_of
from seqkd.corpus.captions.target import target_of

WORDS = range(6, 18)
"""Allowed lengths of a source sentence, in words."""
MOST_TRANSLATIONS = 5000


def sample_meanings(seed: int, count: int) -> list[Caption]:
    """The first ``count`` of ``meanings(seed)``."""
    return list(islice(meanings(seed), count))


def meanings(seed: int) -> Iterator[Caption]:
    """Distinct meanings, always the same for a seed, without end (there are far more than any corpus needs)."""
    rng, seen = Random(f"meanings {seed}"), set()
    while True:
        caption = _sample(Draft(rng))
        if caption not in seen:
            seen.add(caption)
            yield caption


def _sample(draft: Draft) -> Caption:
    """A valid caption. Its kind is sampled first, so that kinds with many rejections do not become rare."""
    kind = draft.kind()
    while True:
        with suppress(Unfit):
            caption = draft.caption(kind)
            if is_consistent(caption):
                caption = _merge_verbs(caption)
                if len(source_of(caption).split()) in WORDS and max_strings(target_of(caption)) <= MOST_TRANSLATIONS:
                    return caption


def _merge_verbs(caption: Caption) -> Caption:
    """The caption with verbs replaced by ``SAME_VERB``, as the lexicon lists a verb once per group of subjects."""

    def merge_event(event: Event) -> Event:
        return replace(event, verb=SAME_VERB[event.verb], thing=event.thing and merge_thing(event.thing))

    def merge_thing(thing: Thing) -> Thing:
        return replace(thing, does=merge_event(thing.does)) if thing.does else thing

    def merge_clause(clause: Clause) -> Clause:
        return Clause(
            tuple(map(merge_thing, clause.who)), merge_event(clause.does), clause.also and merge_event(clause.also)
        )

    return replace(
        caption, main=merge_clause(caption.main), meanwhile=caption.meanwhile and merge_clause(caption.meanwhile)
    )
