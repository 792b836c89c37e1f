"""The meaning of a caption, independent of language. Names are those of the lexicon (``captions.tables``)."""

from dataclasses import dataclass

from pydantic import TypeAdapter

NUMBERS = ("one", "two", "three", "four", "some", "several", "many", "group", "bare", "mass")
"""Quantity: ``bare`` is the plural without a counting word, ``mass`` an uncountable noun."""
ONE = frozenset({"one", "mass"})


@dataclass(frozen=True)
class Thing:
    """Somebody or something.

    Attributes:
        noun: a noun of the lexicon.
        number: one of ``NUMBERS``.
        adjectives: in order.
        wears: a piece of clothing or bag (a singular or ``bare`` thing).
        how: how ``wears`` is expressed: ``in``, ``with`` or ``who`` (a relative clause).
        does: what it is doing, in a relative clause.
    """

    noun: str
    number: str = "one"
    adjectives: tuple[str, ...] = ()
    wears: "Thing | None" = None
    how: str = ""
    does: "Event | None" = None


@dataclass(frozen=True)
class Event:
    """An action: a verb of the lexicon, its object, manner, place, and the place's adjective."""

    verb: str
    thing: Thing | None = None
    manner: str = ""
    place: str = ""
    place_is: str = ""


@dataclass(frozen=True)
class Clause:
    """Who (one subject, or two joined by *and*) does what, and perhaps a second thing at the same time."""

    who: tuple[Thing, ...]
    does: Event
    also: Event | None = None


@dataclass(frozen=True)
class Caption:
    """A meaning: hashable, and convertible to JSON and back.

    Attributes:
        main: the main clause.
        first: the phrase that begins the German sentence: ``who``, ``place`` or ``when``.
        when: time or weather, a name of the lexicon, or "".
        meanwhile: the clause after *während*.
        reason: the clause after *weil*, a name of the lexicon, or "".
    """

    main: Clause
    first: str = "who"
    when: str = ""
    meanwhile: Clause | None = None
    reason: str = ""

    def to_json(self) -> str:
        """One line of JSON; equal meanings give equal lines."""
        return _CAPTION.dump_json(self, exclude_defaults=True).decode()

    @staticmethod
    def from_json(line: str) -> "Caption":
        """The meaning that ``to_json`` wrote.

        Raises:
            ValueError: the line is not a meaning.
        """
        return _CAPTION.validate_json(line)


_CAPTION = TypeAdapter(Caption)
