"""The plots, one function each: from tables to a figure, without any statistics."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from seqkd.analysis.scored_model import ScoredModel
from seqkd.report.plot_style import INK, MUTED, PAPER, Pen, legend_below, new_figure
from seqkd.report.tables import SystemRow
from seqkd.report.truth_section import TruthRow


def speed_plot(rows: Sequence[SystemRow], pens: Mapping[str, Pen], batching: str, legend: bool) -> Figure:
    """Quality against speed-up over the teacher's beam search, log scale: filled greedy, hollow beam."""
    figure, axes = new_figure(legend)
    for row in rows:
        pen = pens[row.system.system]
        points = [
            (row.speed[decoding, batching], row.scores[decoding][row.metric], decoding)
            for decoding in row.scores
            if (decoding, batching) in row.speed
        ]
        axes.plot([x for x, *_ in points], [y for _, y, _ in points], color=pen.colour, linewidth=0.8, alpha=0.5)
        for x, y, decoding in points:
            face = pen.colour if decoding == "greedy" else PAPER
            label = pen.label if decoding == "greedy" else None
            marker = "D" if row.system.kind == "pruned" else "o"
            axes.plot([x], [y], marker, color=pen.colour, markerfacecolor=face, markersize=6, label=label)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 1.5, 2, 3, 5, 7), numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}×"))
    title = "Batched" if batching == "batched" else "One sentence at a time"
    _finish(figure, axes, title, "speed-up", _label(rows), legend)
    return figure


def _label(rows: Sequence[SystemRow]) -> str:
    return rows[0].metric_name if rows else ""


def pruning_plot(rows: Sequence[SystemRow], pens: Mapping[str, Pen], decoding: str, legend: bool) -> Figure:
    """Quality against sparsity: before retraining (dashed, hollow), after (solid), unpruned (level line)."""
    figure, axes = new_figure(legend)
    for name in dict.fromkeys(row.system.system for row in rows if row.system.kind == "pruned"):
        pen = pens[name]
        variants = [row for row in rows if row.system.system == name and decoding in row.scores]
        for row in variants:
            if row.system.kind != "pruned":
                axes.axhline(row.scores[decoding][row.metric], color=pen.colour, linewidth=0.9, linestyle=(0, (1, 2)))
        for retrained, dash, face in ((True, "-", pen.colour), (False, (0, (4, 2)), PAPER)):
            points = sorted(
                (100 * row.system.sparsity, row.scores[decoding][row.metric])
                for row in variants
                if row.system.kind == "pruned" and row.system.retrained is retrained
            )
            label = f"{name}, {'' if retrained else 'not '}retrained"
            (line,) = axes.plot(*_columns(points), color=pen.colour, linestyle=dash, marker="o", label=label)
            line.set_markerfacecolor(face)
    axes.set_ylim(bottom=0)
    axes.set_xticks(sorted({100 * row.system.sparsity for row in rows if row.system.kind == "pruned"}))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g} %"))
    _finish(figure, axes, f"Pruning ({decoding})", "share of weights removed", _label(rows), legend)
    return figure


def curve_plot(
    curves: Mapping[str, pd.DataFrame],
    models: Sequence[ScoredModel],
    pens: Mapping[str, Pen],
    column: str,
    legend: bool,
) -> Figure:
    """A column of the logs (``loss``, ``dev_bleu`` or ``dev_chrf``) by update, a line for each unpruned model."""
    figure, axes = new_figure(legend)
    for model in models:
        curve = curves[model.path].dropna(subset=[column])
        pen = pens[model.system]
        marker = "" if column == "loss" else "o"
        (line,) = axes.plot(curve["update"], curve[column], color=pen.colour, linestyle=pen.dash, linewidth=1.2)
        line.set(label=pen.label, marker=marker, markersize=3.5)
    if column == "loss":
        highest = max((float(curves[model.path]["loss"].quantile(0.97)) for model in models), default=1.0)
        axes.set_ylim(top=highest)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    title = {"dev_bleu": "BLEU on dev, greedy", "dev_chrf": "chrF on dev, greedy"}.get(
        column, "Training loss per token"
    )
    _finish(figure, axes, title, "update", "", legend)
    return figure


def truth_plot(rows: Sequence[TruthRow], pens: Mapping[str, Pen], legend: bool) -> Figure:
    """True KL against reverse KL inside the language, with both intervals; the origin is the true distribution."""
    figure, axes = new_figure(legend)
    axes.plot([0], [0], "+", color=INK, markersize=11, clip_on=False)
    for row in rows:
        across, up = row.intervals["kl"], row.intervals["reverse_kl"]
        if row.kind == "truth" or not math.isfinite(up.high):
            continue
        pen = pens[row.label]
        axes.plot([across.low, across.high], [up.value] * 2, color=pen.colour, linewidth=1)
        axes.plot([across.value] * 2, [up.low, up.high], color=pen.colour, linewidth=1)
        axes.plot([across.value], [up.value], "o", color=pen.colour, markersize=6, label=pen.label)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    title, x = "Distance from the true distribution, nats", "KL(p ‖ q): what the model misses"
    _finish(figure, axes, title, x, "KL(q ‖ p) inside", legend)
    return figure


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _finish(figure: Figure, axes: Axes, title: str, x: str, y: str, legend: bool) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y, color=MUTED)
    if legend:
        legend_below(figure, axes)
