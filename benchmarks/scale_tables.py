"""The tables of docs/scale.md, each between its markers, from what ``benchmarks/scale.py`` measured."""

from pathlib import Path
from typing import Any

from benchmarks.growing import STAGES, UNMEASURED
from seqkd.utils.files import write_text

Json = dict[str, Any]

NAMES = {
    "corpus": "corpus: cleaning, duplicates, overlap with dev and test",
    "tokenizer": "tokenizer: learning and encoding",
    "batches": "training: order of an epoch, 200 batches",
    "decode": "decode: one shard of 100 sentences, the model left out",
    "seq_kd": "seq_kd: gathering all shards",
    "choose": "choose: one sentence in a hundred, lists of four",
    "overlap": "score: test sentences in the training text",
    "checksums": "checksums of the ids, before a training or a shard",
}


def write_tables(rows: list[Json], page: Path) -> None:
    """Rewrite the tables of the page; other text is left as it is."""
    text = page.read_text(encoding="utf-8")
    for name, table in {"stages": stages, "disk": disk, "plan": plan, "training": training}.items():
        if f"<!-- {name} -->" not in text:
            continue
        rendered = table([row for row in rows if table_name(row) == name])
        before, after = text.split(f"<!-- {name} -->\n", 1)
        text = f"{before}<!-- {name} -->\n{rendered}{after[after.index('<!-- end -->') :]}"
    write_text(page, text)


def table_name(row: Json) -> str:
    """The table that a row belongs to."""
    return "stages" if row["stage"] in STAGES else str(row["stage"])


def stages(rows: list[Json]) -> str:
    """Seconds and megabytes of each stage at each size, and bytes per additional pair."""
    sizes = sorted({row["pairs"] for row in rows})
    head = "| stage | " + " | ".join(f"{size:,}" for size in sizes) + " | for a pair more |\n"
    by_stage = {stage: {row["pairs"]: row for row in rows if row["stage"] == stage} for stage in STAGES}
    body = [stage_line(stage, by_size, sizes) for stage, by_size in by_stage.items() if stage not in UNMEASURED]
    return head + f"| --- |{' ---: |' * (len(sizes) + 1)}\n" + "".join(body)


def stage_line(stage: str, by_size: dict[int, Json], sizes: list[int]) -> str:
    """One stage: its row for each size, and the memory per additional pair, from the two largest sizes."""
    cells = [cell(by_size.get(size)) for size in sizes]
    smaller, larger = (by_size[size] for size in sorted(by_size)[-2:])
    slope = max(0.0, (larger["memory"] - smaller["memory"]) / (larger["pairs"] - smaller["pairs"]))
    return f"| {NAMES[stage]} | {' | '.join(cells)} | {slope:,.0f} bytes |\n"


def cell(row: Json | None) -> str:
    """Time and memory of a stage at one size."""
    return f"{row['seconds']:,.0f} s, {row['memory'] / 1e6:,.0f} MB" if row else "not run"


def disk(rows: list[Json]) -> str:
    """Bytes per pair of each artefact, at the largest size at which it was made."""
    largest = {row["artefact"]: row["bytes_a_pair"] for row in sorted(rows, key=lambda row: int(row["pairs"]))}
    lines = [f"| {name} | {size:,.0f} |\n" for name, size in largest.items()]
    return "| artefact | bytes a pair |\n| --- | ---: |\n" + "".join(lines)


def plan(rows: list[Json]) -> str:
    """Time and memory of planning."""
    rows = sorted(rows, key=lambda row: row["shards"])
    lines = [
        f"| {r['shards']:,} | {r['jobs']:,} | {r['seconds']:,.0f} s | {r['memory'] / 1e6:,.0f} MB |\n" for r in rows
    ]
    return "| shards of Seq-KD's decoding | jobs | time | memory |\n| ---: | ---: | ---: | ---: |\n" + "".join(lines)


def training(rows: list[Json]) -> str:
    """Speed of training, in tokens and in floating-point operations by the formula 6 x parameters x tokens."""
    lines = [
        f"| {row['model']} | {row['parameters'] / 1e6:.1f} M | {row['tokens_a_second']:,} "
        f"| {6 * row['parameters'] * row['tokens_a_second'] / 1e9:,.0f} |\n"
        for row in rows
    ]
    head = "| model | parameters | target tokens a second | 6 x parameters x that, in 10^9 a second |\n"
    return head + "| --- | ---: | ---: | ---: |\n" + "".join(lines)
