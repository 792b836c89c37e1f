"""docs/performance.md from the rows of the results."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.rows import spread
from seqkd.utils.files import write_text

Json = dict[str, Any]

INTRODUCTION = """# Performance

Speed of seqkd compared with other programs that do the same work. This page is generated; the command is
[at its end](#measuring-it-again).
"""
READING = """## How to read the tables

- **Ratio**: how many times better seqkd is than the peer. 2.00 means twice the speed, or half the memory. Higher is
  better in every row, whatever the unit.
- **Target**: the ratio that the project aims for; a ratio that reaches it is bold. Some rows have no target.
- **Spread**: interquartile range of the repeats of seqkd and of the peer, in per cent of the median.
- **Turns**: all sides of a comparison are processes that exist at the same time, each pinned to as many cores as it has
  threads, and only one works at a time. After a warm-up they take turns, in reversed order every second round. The
  ratio is the median over rounds of the ratio of two values measured seconds apart, so it differs slightly from the
  quotient of the two medians in the table.
- **Equal work**: all sides count target tokens with the end of sentence and without padding, and train the same model
  (pre-norm, ReLU, one embedding matrix, dropout 0.1, label smoothing 0.1, Adam, clipping) on the same text with the
  same subwords and batch size in tokens. Plain PyTorch reads the same batches as seqkd. JoeyNMT and Marian make their
  own: Marian sorts by length as seqkd does, JoeyNMT does not, and pads more.
- **Decoding**: CTranslate2 and Marian decode with seqkd's weights and the fastest of several batch sizes. Two of
  Marian's conventions (its first input, its position vectors) differ, so its translations differ; where its BLEU is
  near 0, its speed is only comparable for searches of the given length.
"""
COMMANDS = """## Measuring it again

```sh
python benchmarks/run.py --out benchmarks.json
```

The first run installs each peer with pip into a separate environment below `benchmarks/.envs` (3 GB) and trains a
teacher and a student briefly for the decoding rows, unless `--teacher`, `--student` and `--tokenizer` name folders of a
finished run. `--only training` measures one family and keeps the other rows of the file; the family `quality`, which
takes a quarter of an hour, is only measured with `--only quality`. `--results runs/multi30k/results` names the finished
run from which orchestration is read; `--quick` is a smoke test whose results are meaningless.
"""
SUMMARY = """## Summary

Ratios over all models and thread counts, from the lowest to the highest, and how many rows reach their target.

| | compared with | ratio | targets reached |
| --- | --- | ---: | ---: |
"""
UNSUMMARISED = ("utilisation", "growth")
"""Families that compare with no peer."""

FAMILIES = {
    "training": ("Training", ""),
    "word_kd": ("Word-KD with the teacher online", ""),
    "objectives": (
        "Objectives compared with the passes that they need",
        "The passes are listed in docs/methods.md: for each prefix an NLL step of the student and the teacher's "
        "forward pass, and sampling if there is any. A ratio of 0.91 means that the step takes 1.1 "
        "times as long as its passes.",
    ),
    "decoding": ("Decoding", ""),
    "distilled": ("A distilled student compared with its teacher", ""),
    "memory": ("Memory", ""),
    "utilisation": (
        "Utilisation",
        "The matrix products of each step are recorded and repeated by themselves on random numbers; the ratio is the "
        "share of the step's time that they need. It cannot reach 1; the remainder is everything else.",
    ),
    "orchestration": ("Orchestration", ""),
    "quality": (
        "Quality after equal updates",
        "A ratio of 1 means equal scores; the target allows half a BLEU point for noise.",
    ),
}
GROWTH = """
## Growth of cost

Slope of the log-log regression line of time on size: 1 is linear growth, 0 none. A fixed cost at small sizes makes the
slope smaller.

| time of | slope | size: seconds |
| --- | ---: | --- |
"""
LIMITS = """## Targets missed

Rows of training and decoding that miss their target, and the ratio they would have if everything but the matrix
products of our side took no time ("Utilisation", above). Where that is also below the target, only faster or fewer
matrix products could reach it.

| what | peer | ratio | only matrix products | target |
| --- | --- | ---: | ---: | ---: |
"""


def write_page(rows: list[Json], page: Path) -> None:
    """Write the page."""
    write_text(page, render(rows))


def render(rows: list[Json]) -> str:
    """The page as Markdown."""
    if not rows:
        return f"{INTRODUCTION}\nNothing has been measured yet.\n\n{COMMANDS}"
    parts = [INTRODUCTION, circumstances(rows), SUMMARY + "".join(summary(rows)), READING]
    for family, (title, description) in FAMILIES.items():
        if family_rows := [row for row in rows if row["family"] == family]:
            parts.append(section(title, description, family_rows) + at_commits(family_rows))
    if missed := limits(rows):
        parts.append(LIMITS + "".join(missed))
    if curves := [row for row in rows if row["family"] == "growth"]:
        parts.append(GROWTH.lstrip("\n") + "".join(map(curve, curves)))
    return "\n".join([*parts, COMMANDS])


def summary(rows: list[Json]) -> Iterator[str]:
    """A line for each family and peer: the range of the ratios of speed and memory, and the targets reached."""
    groups: dict[tuple[str, str], list[Json]] = {}
    for row in rows:
        if row["ratio"] and row["family"] not in UNSUMMARISED and not row["unit"].startswith(("BLEU", "share")):
            groups.setdefault((row["family"], row["peer_name"]), []).append(row)
    for (family, peer), group in groups.items():
        lowest, highest = (f"{pick(row['ratio'] for row in group):.2f}" for pick in (min, max))
        ratio = lowest if lowest == highest else f"{lowest} to {highest}"
        targets = [row["ratio"] >= row["target"] for row in group if row["target"] is not None]
        reached = f"{sum(targets)} of {len(targets)}" if targets else ""
        yield f"| {FAMILIES[family][0]} | {peer} | {ratio} | {reached} |\n"


def limits(rows: list[Json]) -> list[str]:
    """A line for each row that misses its target and whose share of matrix products was measured."""
    shares = {row["name"]: row["ratio"] for row in rows if row["family"] == "utilisation" and row["ratio"]}
    lines = []
    for row in rows:
        share = shares.get(row["name"].removesuffix(", bf16"))
        has_target = row["family"] in ("training", "decoding") and row["target"] and row["ratio"]
        if share and has_target and row["ratio"] < row["target"]:
            ratio, bound, target = (number(value) for value in (row["ratio"], row["ratio"] / share, row["target"]))
            lines.append(f"| {row['name']} | {row['peer_name']} | {ratio} | {bound} | {target} |\n")
    return lines


def circumstances(rows: list[Json]) -> str:
    """Where the rows were measured, and a warning if they are from a smoke test."""
    machines = ", ".join(sorted({row["machine"] for row in rows}))
    texts = ", ".join(sorted({row["text"] for row in rows}))
    busiest = max(row["load_average"] for row in rows)
    lines = [f"Measured on {machines}; text: {texts}; highest load average while measuring {busiest:.1f}.\n"]
    if any(row["quick"] for row in rows):
        lines.append("**A smoke test: these results are meaningless.**\n")
    return "\n".join(lines)


def at_commits(rows: list[Json]) -> str:
    """The commits at which these rows were measured; old rows do not record it."""
    commits = ", ".join(sorted({row["commit"] for row in rows if row.get("commit")}))
    return f"\nMeasured at commit {commits}.\n" if commits else ""


def section(title: str, description: str, rows: list[Json]) -> str:
    """The table of a family, followed by its notes."""
    head = "| what | ours | peer | | unit | ratio | target | spread |\n"
    head += "| --- | ---: | --- | ---: | --- | ---: | ---: | ---: |\n"
    notes = list(dict.fromkeys(row["note"] for row in rows if row["note"]))
    marks = {note: f" [{number}]" for number, note in enumerate(notes, 1)}
    body = "".join(line(row, marks.get(row["note"], "")) for row in rows)
    below = "".join(f"\n{mark.strip()} {note}.\n" for note, mark in marks.items())
    text = f"{description}\n\n" if description else ""
    return f"## {title}\n\n{text}{head}{body}{below}"


def line(row: Json, mark: str) -> str:
    """One row of a table."""
    target = "" if row["target"] is None else f"{row['target']:.2f}"
    if row["ratio"] is None:
        reason = row["reason"].replace("|", "/")
        return f"| {row['name']} | | {row['peer_name']} | | {row['unit']} | not measured: {reason} | {target} | |\n"
    ratio = f"{row['ratio']:.2f}"
    if row["target"] is not None and row["ratio"] >= row["target"]:
        ratio = f"**{ratio}**"
    cells = [row["name"] + mark, number(row["ours"]), row["peer_name"], number(row["peer"]), row["unit"], ratio, target]
    return f"| {' | '.join(cells)} | {spreads(row)} |\n"


def spreads(row: Json) -> str:
    """Spread of both sides in per cent, if repeats of a rate were recorded."""
    percentages = []
    for side in ("ours_raw", "peer_raw"):
        rates = [turn["amount"] / turn["seconds"] for turn in row[side] if isinstance(turn, dict) and "amount" in turn]
        if len(rates) > 1:
            percentages.append(f"{100 * spread(rates):.0f}")
    return " / ".join(percentages) + (" %" if percentages else "")


def number(value: float) -> str:
    """Three significant digits, more for large numbers."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-6 else "0"


def curve(row: Json) -> str:
    """One growth curve."""
    if row["ratio"] is None:
        return f"| {row['name']} | | not measured: {row['reason']} |\n"
    points = ", ".join(f"{point['size']:,.0f}: {number(point['seconds'])}" for point in row["ours_raw"])
    return f"| {row['name'].removeprefix('the ')} | {row['ours']:.2f} | {points} |\n"
