"""What a caption says, in neither language. Names are those of the lexicon (``seqkd.captions.tables``)."""

from dataclasses import dataclass

from pydantic import TypeAdapter

NUMBERS = ("one", "two", "three", "four", "some", "several", "many", "group", "bare", "mass")
"""How many: ``bare`` is the plural without a word before it, ``mass`` what is not counted."""
ONE = frozenset({"one", "mass"})


@dataclass(frozen=True)
class Thing:
    """Somebody or something.

    Attributes:
        noun: a noun of the lexicon.
        number: one of ``NUMBERS``.
        adjectives: in order.
        wears: a piece of clothing or bag (a singular or ``bare`` thing).
        how: how it is said: ``in``, ``with`` or ``who`` (a relative clause).
        does: what else it is doing, in a relative clause.
    """

    noun: str
    number: str = "one"
    adjectives: tuple[str, ...] = ()
    wears: "Thing | None" = None
    how: str = ""
    does: "Event | None" = None


@dataclass(frozen=True)
class Event:
    """What is done: a verb of the lexicon, to what, how, where (and what kind of place)."""

    verb: str
    thing: Thing | None = None
    manner: str = ""
    place: str = ""
    place_is: str = ""


@dataclass(frozen=True)
class Clause:
    """Who (one, or two joined by *and*) does what, and at the same time perhaps something else."""

    who: tuple[Thing, ...]
    does: Event
    also: Event | None = None


@dataclass(frozen=True)
class Caption:
    """A meaning: hashable, and the same as JSON.

    Attributes:
        main: the main clause.
        first: what the German sentence begins with: ``who``, ``place`` or ``when``.
        when: time or weather, a name of the lexicon, or "".
        meanwhile: the clause after *während*.
        reason: what stands after *weil*, a name of the lexicon, or "".
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
            ValueError: the line is no meaning.
        """
        return _CAPTION.validate_json(line)


_CAPTION = TypeAdapter(Caption)
