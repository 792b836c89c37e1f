"""docs/performance.md from the rows of the results."""

from pathlib import Path
from typing import Any

from benchmarks.rows import spread
from seqkd.files import write_text

Json = dict[str, Any]

INTRODUCTION = """# Performance

Speed of seqkd beside other programs that do the same work. This page is written by the command below; nobody edits its
tables.

```sh
python benchmarks/run.py --out benchmarks.json
```

The first time it installs each peer with pip into an environment of its own below `benchmarks/.envs` (3 GB) and trains
a teacher and a student briefly for the decoding rows, unless `--teacher`, `--student` and `--tokenizer` name folders of
a finished run. `--only training` measures one family, and rows measured before stay in the file; `--only quality`,
which takes a quarter of an hour, is measured in this way alone. `--results runs/multi30k/results` names the finished
run that orchestration is read from; `--quick` is a smoke run whose figures mean nothing.

## How to read it

- **Ratio** is how many times better ours is than the peer: 2.00 means twice the speed, or half the memory. Higher is
  better in every row, whatever the unit.
- **Asked for** is the ratio that the project set itself; a bold ratio reaches it, and none stands where none was set.
- All sides of a comparison are processes that are there at the same time, each pinned to as many cores as it has
  threads, and only one of them works at a time. After a warm-up of each they take turns, every second round in the
  opposite order; the ratio is the median over rounds of figures taken seconds apart, and so differs a little from the
  quotient of the two medians beside it. **Spread** is the distance of the middle half of ours and of the peer's
  repeats, in per cent of the median.
- Target tokens are real ones, end of sentence counted and padding not, on all sides. Every side trains the same model
  (pre-norm, ReLU, one embedding matrix, dropout 0.1, label smoothing 0.1, Adam, clipping) on the same text, pieces and
  budget of a batch. Plain PyTorch takes the very same batches as ours. JoeyNMT and Marian make their own: Marian sorts
  by length as ours does, JoeyNMT does not, and pads more.
- CTranslate2 and Marian decode our weights; of several batch sizes the fastest is taken for them. Two of Marian's
  conventions (its first input, its position vectors) differ, so it says something else with our weights; where its
  BLEU is near 0 its speed compares no more than searches of that length, which is given.
"""

FAMILIES = {
    "training": ("Training", ""),
    "word_kd": ("Word-KD with the teacher online", ""),
    "objectives": (
        "Objectives against the passes that they need",
        "Those of docs/methods.md: for each prefix an ordinary step of the student and the teacher's forward pass, and "
        "the sampling where there is any. So 0.91 is a step that takes 1.1 times as long as its passes.",
    ),
    "decoding": ("Decoding", ""),
    "distilled": ("A distilled student against its teacher", ""),
    "memory": ("Memory", ""),
    "utilisation": (
        "How near the limit",
        "Each step's own matrix products are recorded and repeated by themselves on random numbers; the ratio is the "
        "share of the time that they would need. It can never reach 1, and what is missing is everything else.",
    ),
    "orchestration": ("Orchestration", ""),
    "quality": (
        "Quality after equal updates",
        "A ratio of 1 means equal scores; what is asked for leaves half a point of BLEU to chance.",
    ),
}
GROWTH = """
## Growth of cost

Slope of a straight line through the logarithms of size and time: 1 is growth in proportion, 0 none at all. Ends of a
curve weigh as much as its middle, so a fixed cost at small sizes makes a slope smaller.

| time of | slope | size: seconds |
| --- | ---: | --- |
"""
LIMITS = """## What stands in the way

Rows of training and decoding that miss what was asked for, and what their ratio would be if everything but the matrix
products of our side took no time at all ("How near the limit", above). Where that is below what was asked for too, only
faster or fewer products would reach it, and nothing around them.

| what | peer | ratio | with the products alone | asked for |
| --- | --- | ---: | ---: | ---: |
"""


def write_page(rows: list[Json], page: Path) -> None:
    """Write the page anew."""
    write_text(page, render(rows))


def render(rows: list[Json]) -> str:
    """The whole page as Markdown."""
    if not rows:
        return INTRODUCTION + "\nNothing is measured yet.\n"
    parts = [INTRODUCTION, circumstances(rows)]
    for family, (title, words) in FAMILIES.items():
        own = [row for row in rows if row["family"] == family]
        if own:
            parts.append(section(title, words, own) + at_commits(own))
    if missed := limits(rows):
        parts.append(LIMITS + "".join(missed))
    own = [row for row in rows if row["family"] == "growth"]
    if own:
        parts.append(GROWTH.lstrip("\n") + "".join(map(curve, own)))
    return "\n".join(parts)


def limits(rows: list[Json]) -> list[str]:
    """A line for each missed row whose share of matrix products is known; without float32 in its name, in bf16."""
    shares = {row["name"]: row["ratio"] for row in rows if row["family"] == "utilisation" and row["ratio"]}
    found = []
    for row in rows:
        share = shares.get(row["name"].removesuffix(", bf16"))
        asked = row["family"] in ("training", "decoding") and row["target"] and row["ratio"]
        if share and asked and row["ratio"] < row["target"]:
            ratio, bound, target = (number(value) for value in (row["ratio"], row["ratio"] / share, row["target"]))
            found.append(f"| {row['name']} | {row['peer_name']} | {ratio} | {bound} | {target} |\n")
    return found


def circumstances(rows: list[Json]) -> str:
    """Where all this was measured, and a warning where it was not alone."""
    machines = ", ".join(sorted({row["machine"] for row in rows}))
    texts = ", ".join(sorted({row["text"] for row in rows}))
    busiest = max(row["load_average"] for row in rows)
    lines = [f"Measured on {machines}; text: {texts}; highest load average while measuring {busiest:.1f}.\n"]
    if any(row["quick"] for row in rows):
        lines.append("**A smoke run: these figures mean nothing.**\n")
    return "\n".join(lines)


def at_commits(rows: list[Json]) -> str:
    """Of which commits these rows are; rows from before that was kept do not tell."""
    known = ", ".join(sorted({row["commit"] for row in rows if row.get("commit")}))
    return f"\nMeasured at commit {known}.\n" if known else ""


def section(title: str, words: str, rows: list[Json]) -> str:
    """One family's table, with its notes below."""
    head = "| what | ours | peer | | unit | ratio | asked for | spread |\n"
    head += "| --- | ---: | --- | ---: | --- | ---: | ---: | ---: |\n"
    notes = list(dict.fromkeys(row["note"] for row in rows if row["note"]))
    marks = {note: f" [{number}]" for number, note in enumerate(notes, 1)}
    body = "".join(line(row, marks.get(row["note"], "")) for row in rows)
    below = "".join(f"\n{mark.strip()} {note}.\n" for note, mark in marks.items())
    said = f"{words}\n\n" if words else ""
    return f"## {title}\n\n{said}{head}{body}{below}"


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
    """Spread of both sides in per cent, where repeats of a rate were kept."""
    told = []
    for side in ("ours_raw", "peer_raw"):
        rates = [one["amount"] / one["seconds"] for one in row[side] if isinstance(one, dict) and "amount" in one]
        if len(rates) > 1:
            told.append(f"{100 * spread(rates):.0f}")
    return " / ".join(told) + (" %" if told else "")


def number(value: float) -> str:
    """Three figures, more for large numbers."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-6 else "0"


def curve(row: Json) -> str:
    """One growth curve."""
    if row["ratio"] is None:
        return f"| {row['name']} | | not measured: {row['reason']} |\n"
    points = ", ".join(f"{one['size']:,.0f}: {number(one['seconds'])}" for one in row["ours_raw"])
    return f"| {row['name'].removeprefix('the ')} | {row['ours']:.2f} | {points} |\n"
