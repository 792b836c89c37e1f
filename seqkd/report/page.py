"""From plain context to HTML: the template, its number formats, and the small interval bars."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seqkd.report.compare import Comparison
from seqkd.report.numerals import NOTHING, missing, number, p_value, percent, ratio, signed, telling_digits
from seqkd.scoring.significance import NOT_SHOWN

HERE = Path(__file__).parent
TEMPLATE, STYLE = "page.html.jinja", "page.css"
BAR = 120
"""Width of an interval bar in its own units."""


def render(context: dict[str, Any]) -> str:
    """The page; every value is escaped unless it is ``Markup`` made here or in ``drawing``."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(number=number, signed=signed, count=count, percent=percent, size=size, ratio=ratio)
    environment.filters.update(duration=duration, short=short, fact=fact, agreement=agreement, p_value=p_value)
    environment.filters.update(digits=digits, places_of_share=places_of_share)
    environment.globals["bar"] = interval_bar
    style = Markup((HERE / STYLE).read_text(encoding="utf-8"))
    return environment.get_template(TEMPLATE).render(style=style, **context)


def count(value: Any) -> str:
    """A whole number with thin spaces between thousands."""
    return number(value, 0)


def size(value: Any) -> str:
    """Parameters or bytes in thousands or millions: ``3.31 M``; fewer than a thousand as they are."""
    if missing(value) or value < 1e3:
        return count(value)
    if value < 1e5:
        return f"{number(value / 1e3)}\u202fk"
    return f"{number(value / 1e6, 2 if value < 1e8 else 0)}\u202fM"


def duration(seconds: Any) -> str:
    """``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if missing(seconds):
        return NOTHING
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def fact(value: Any) -> str:
    """A value from a manifest: numbers formatted, the rest as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return count(value) if isinstance(value, int) else number(value, 2)


def digits(found: Comparison, least: int = 1) -> int:
    """Decimals for a difference and its interval, so that none of the three loses its sign."""
    return telling_digits((found.difference, found.low, found.high), least)


def places_of_share(share: float) -> int:
    """Decimals that a share from the config needs as per cent: 0 for 0.9, 1 for 0.995."""
    return len(f"{100 * share:g}".partition(".")[2])


def agreement(found: Comparison) -> str:
    """Chance that humans agree with a difference that is shown; near zero the fitted curve goes below a coin toss."""
    if found.verdict == NOT_SHOWN:
        return NOTHING
    return "a coin toss" if found.agreement <= 50 else f"{found.agreement:.0f}\u202f%"


def short(text: str, length: int = 12) -> str:
    """The first characters of a checksum."""
    return text[:length]


def scale(comparisons: Iterable[Comparison | None]) -> tuple[float, float]:
    """Ends of the axis that all bars of one table share; zero is always on it."""
    found = [comparison for comparison in comparisons if comparison and comparison.plain.is_known]
    low = min([0.0, *(comparison.low for comparison in found)])
    high = max([0.0, *(comparison.high for comparison in found)])
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def interval_bar(found: Comparison, ends: tuple[float, float]) -> Markup:
    """The interval as a line, the difference as a dot, zero as a tick, on the table's axis; empty without one."""
    low, high = ends
    if not found.plain.is_known:
        return Markup("")

    def place(value: float) -> str:
        return f"{BAR * (value - low) / (high - low):.1f}"

    return Markup(
        '<svg class="bar {}" viewBox="0 0 {} 44" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="zero" x1="{}" x2="{}" y1="0" y2="44"/><line class="range" x1="{}" x2="{}" y1="22" y2="22"/>'
        '<circle cx="{}" cy="22" r="3.4"/></svg>'
    ).format(
        found.verdict.replace(" ", "-"), BAR, place(0), place(0), place(found.low), place(found.high),
        place(found.difference),
    )  # fmt: skip
