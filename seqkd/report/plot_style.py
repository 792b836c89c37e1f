"""How plots look: colours, type, and SVG text that follows the page's light and dark colours."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER, TEACHER = "#26241f", "#6d6a62", "#e4e1d8", "#ffffff", "#7b776e"
SERIES = ["#0f766e", "#c2570c", "#4f46e5", "#be185d", "#0284c7", "#5d9415", "#9333ea", "#a37a05"]
DASHES = ["-", (0, (5, 2)), (0, (1, 1.4))]
VARIABLES = {INK: "--ink", MUTED: "--muted", GRID: "--rule", PAPER: "--paper", TEACHER: "--teacher"}
VARIABLES |= {colour: f"--c{index}" for index, colour in enumerate(SERIES, 1)}

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": INK,
    "text.parse_math": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "lines.markersize": 5,
}


@dataclass(frozen=True)
class Pen:
    """How one system is drawn in every plot and legend."""

    label: str
    colour: str
    dash: Any

    @property
    def variable(self) -> str:
        """The CSS variable of the colour."""
        return VARIABLES[self.colour]

    @property
    def css_dash(self) -> str:
        """The dash pattern as an SVG attribute."""
        return "" if self.dash == "-" else " ".join(str(length) for length in self.dash[1])


def pens(teachers: Sequence[str], students: Sequence[str]) -> dict[str, Pen]:
    """A pen for each system: teachers grey, students coloured; dashes distinguish further ones."""
    grey = {name: Pen(name, TEACHER, DASHES[index % 3]) for index, name in enumerate(teachers)}
    coloured = {
        name: Pen(name, SERIES[index % len(SERIES)], DASHES[index // len(SERIES) % 3])
        for index, name in enumerate(students)
    }
    return grey | coloured


def new_figure(legend: bool) -> tuple[Figure, Axes]:
    """A figure with a single plot; higher where there is a legend below it."""
    figure = Figure(figsize=(4.7, 3.9 if legend else 3.0), layout="constrained", facecolor=PAPER)
    axes = figure.add_subplot(facecolor=PAPER)
    axes.grid(axis="x", visible=False)
    return figure, axes


def legend_below(figure: Figure, axes: Axes) -> None:
    """Each labelled line once, in two columns below the plot."""
    handles, labels = axes.get_legend_handles_labels()
    by_label: dict[str, Any] = {}
    for handle, label in zip(handles, labels, strict=True):
        by_label.setdefault(str(label), handle)
    figure.legend(list(by_label.values()), list(by_label), loc="outside lower center", ncols=2)


def svg(draw: Callable[[bool], Figure], name: str, legend: bool) -> str:
    """The figure that ``draw`` makes as SVG text: equal data give equal text. ``name`` keeps ids apart on one page."""
    with mpl.rc_context(cast(Any, {**STYLE, "svg.hashsalt": name})):
        buffer = io.StringIO()
        draw(legend).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": name})
    return buffer.getvalue()


def inline(text: str, description: str) -> str:
    """SVG text for the page: no prolog, namespaces or addresses; colours and fonts are those of the page.

    ``description`` is for screen readers; it must contain no markup.
    """
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)
    text = text.replace("xlink:href=", "href=")
    head = rf'<svg role="img" aria-label="{description}" \1>'
    text = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', head, text, count=1)
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    text = re.sub(r"font: (\w+) ([\d.]+)px [^;\"]*", r"font-weight: \1; font-size: \2px", text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    return re.sub(r": (#[0-9a-f]{6})\b", lambda match: f": {_variable(match[1])}", text)


def _variable(colour: str) -> str:
    return f"var({VARIABLES[colour]})" if colour in VARIABLES else colour
