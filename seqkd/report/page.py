"""From plain context to HTML: the template, its number formats, and the small interval bars."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.number_format import MISSING, is_missing, number, p_value, percent, ratio, signed, telling_digits
from seqkd.analysis.significance import NOT_SHOWN

HERE = Path(__file__).parent
TEMPLATE, STYLE = "page.html.jinja", "page.css"
BAR_WIDTH = 120
"""Width of an interval bar in its own units."""


def render(context: dict[str, Any]) -> str:
    """The page; every value is escaped unless it is ``Markup`` made here or in ``plot_style``."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(number=number, signed=signed, count=count, percent=percent, size=size, ratio=ratio)
    environment.filters.update(duration=duration, short=short, fact=fact, agreement=agreement, p_value=p_value)
    environment.filters.update(digits=digits, percent_digits=percent_digits)
    environment.globals["bar"] = interval_bar
    style = Markup((HERE / STYLE).read_text(encoding="utf-8"))
    return environment.get_template(TEMPLATE).render(style=style, **context)


def count(value: Any) -> str:
    """An integer with thin spaces between thousands."""
    return number(value, 0)


def size(value: Any) -> str:
    """Parameters or bytes in thousands or millions: ``3.31 M``; fewer than a thousand as they are."""
    if is_missing(value) or value < 1e3:
        return count(value)
    if value < 1e5:
        return f"{number(value / 1e3)}\u202fk"
    return f"{number(value / 1e6, 2 if value < 1e8 else 0)}\u202fM"


def duration(seconds: Any) -> str:
    """``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if is_missing(seconds):
        return MISSING
    rounded = round(seconds)
    if rounded < 60:
        return f"{rounded} s"
    if rounded < 3600:
        return f"{rounded // 60} min {rounded % 60:02d} s"
    return f"{rounded // 3600} h {rounded % 3600 // 60:02d} min"


def fact(value: Any) -> str:
    """A value from a manifest: numbers formatted, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return count(value) if isinstance(value, int) else number(value, 2)


def digits(comparison: Comparison, least: int = 1) -> int:
    """Decimals for a difference and its interval, so that none of the three loses its sign."""
    return telling_digits((comparison.difference, comparison.low, comparison.high), least)


def percent_digits(share: float) -> int:
    """Decimals that a share from the config needs as per cent: 0 for 0.9, 1 for 0.995."""
    return len(f"{100 * share:g}".partition(".")[2])


def agreement(comparison: Comparison) -> str:
    """Chance that humans agree with a difference that is shown; near zero the fitted curve goes below a coin toss."""
    if comparison.verdict == NOT_SHOWN:
        return MISSING
    return "a coin toss" if comparison.agreement <= 50 else f"{comparison.agreement:.0f}\u202f%"


def short(text: str, length: int = 12) -> str:
    """The first characters of a checksum."""
    return text[:length]


def scale(comparisons: Iterable[Comparison | None]) -> tuple[float, float]:
    """Ends of the axis that all bars of a table share; zero is always on it."""
    shown = [comparison for comparison in comparisons if comparison and comparison.has_interval]
    low = min([0.0, *(comparison.low for comparison in shown)])
    high = max([0.0, *(comparison.high for comparison in shown)])
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def interval_bar(comparison: Comparison, ends: tuple[float, float]) -> Markup:
    """The interval as a line, the difference as a dot, zero as a tick, on the table's axis; empty without interval."""
    low, high = ends
    if not comparison.has_interval:
        return Markup("")

    def position(value: float) -> str:
        return f"{BAR_WIDTH * (value - low) / (high - low):.1f}"

    return Markup(
        '<svg class="bar {}" viewBox="0 0 {} 44" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="zero" x1="{}" x2="{}" y1="0" y2="44"/><line class="range" x1="{}" x2="{}" y1="22" y2="22"/>'
        '<circle cx="{}" cy="22" r="3.4"/></svg>'
    ).format(
        comparison.verdict.replace(" ", "-"), BAR_WIDTH, position(0), position(0), position(comparison.low),
        position(comparison.high), position(comparison.difference),
    )  # fmt: skip
