"""Measure speed against the peers: ``python benchmarks/run.py --out FILE.json``. See docs/performance.md.

Rows are written after every family, and families measured before stay in FILE.json, so the suite can be run in parts.
"""

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.bench import FULL, QUICK, Bench  # noqa: E402
from benchmarks.rows import Row  # noqa: E402
from benchmarks.tables import write_page  # noqa: E402
from benchmarks.turns import UNPINNED, say  # noqa: E402
from seqkd.errors import UserError  # noqa: E402
from seqkd.files import write_json  # noqa: E402

FAMILIES = (
    "training",
    "word_kd",
    "objectives",
    "decoding",
    "distilled",
    "memory",
    "utilisation",
    "orchestration",
    "growth",
    "quality",
)
LONG = ("quality",)
"""Measured where they are asked for by name alone."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the rows; kept and added to")
    parser.add_argument("--only", action="append", choices=FAMILIES, help="measure this family alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a smoke run: small, its figures mean nothing")
    parser.add_argument("--page", type=Path, help="the page to write; docs/performance.md, none with --quick")
    parser.add_argument("--teacher", type=Path, help="folder of a trained model (model.safetensors, model.json)")
    parser.add_argument("--student", type=Path, help="folder of a distilled student")
    parser.add_argument("--tokenizer", type=Path, help="folder of the tokenizer of both")
    parser.add_argument("--results", type=Path, help="results folder of a finished run, for `orchestration`")
    parser.add_argument("--threads", type=int, action="append", help="threads to measure with; default 1 and 2")
    chosen = parser.parse_args()
    given = [chosen.teacher, chosen.student, chosen.tokenizer]
    if any(given) and not all(given):
        parser.error("--teacher, --student and --tokenizer go together")
    return chosen


def main() -> None:
    """Measure the families wanted, one after the other."""
    chosen = arguments()
    page = chosen.page or (None if chosen.quick else ROOT / "docs" / "performance.md")
    if chosen.quick:
        os.environ[UNPINNED] = "1"
    bench = Bench.make(chosen, QUICK if chosen.quick else FULL)
    for family in chosen.only or [one for one in FAMILIES if one not in LONG]:
        say(f"family {family}")
        rows = import_module(f"benchmarks.families.{family}").rows(bench)
        keep(chosen.out, family, rows, bench)
        if page:
            write_page(json.loads(chosen.out.read_text(encoding="utf-8")), page)


def keep(out: Path, family: str, rows: list[Row], bench: Bench) -> None:
    """Put a family's rows in the place of its earlier ones."""
    before = json.loads(out.read_text(encoding="utf-8")) if out.exists() else []
    found = before + [row.as_json() | bench.circumstances() for row in rows]
    latest = [row for row in found if row["family"] != family] + found[len(before) :]
    write_json(out, sorted(latest, key=lambda row: FAMILIES.index(row["family"])))
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        say(f"  {row.name}, against {row.peer_name}: {ratio} (asked for: {row.target}) {row.reason}")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
