"""Measure speed compared with the peers: ``python benchmarks/run.py --out FILE.json``. See docs/performance.md.

Rows are written after every family, and families measured earlier stay in FILE.json, so the suite can be run in parts.
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
from seqkd.utils.errors import UserError  # noqa: E402
from seqkd.utils.files import write_json  # noqa: E402

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
OPTIONAL = ("quality",)
"""Only measured when named with --only."""


def parse_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the rows; existing rows are kept")
    parser.add_argument("--only", action="append", choices=FAMILIES, help="measure only this family; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a smoke test: small, its results are meaningless")
    parser.add_argument("--page", type=Path, help="the page to write; default docs/performance.md, none with --quick")
    parser.add_argument("--teacher", type=Path, help="folder of a trained model (model.safetensors, model.json)")
    parser.add_argument("--student", type=Path, help="folder of a distilled student")
    parser.add_argument("--tokenizer", type=Path, help="folder of the tokenizer of both")
    parser.add_argument("--results", type=Path, help="results folder of a finished run, for `orchestration`")
    parser.add_argument("--threads", type=int, action="append", help="threads to measure with; default 1 and 2")
    arguments = parser.parse_args()
    folders = [arguments.teacher, arguments.student, arguments.tokenizer]
    if any(folders) and not all(folders):
        parser.error("--teacher, --student and --tokenizer must be given together")
    return arguments


def main() -> None:
    """Measure the selected families, one after the other."""
    arguments = parse_arguments()
    page = arguments.page or (None if arguments.quick else ROOT / "docs" / "performance.md")
    if arguments.quick:
        os.environ[UNPINNED] = "1"
    bench = Bench.make(arguments, QUICK if arguments.quick else FULL)
    for family in arguments.only or [name for name in FAMILIES if name not in OPTIONAL]:
        say(f"family {family}")
        rows = import_module(f"benchmarks.families.{family}").rows(bench)
        store(arguments.out, family, rows, bench)
        if page:
            write_page(json.loads(arguments.out.read_text(encoding="utf-8")), page)


def store(out: Path, family: str, rows: list[Row], bench: Bench) -> None:
    """Replace a family's earlier rows."""
    stored = json.loads(out.read_text(encoding="utf-8")) if out.exists() else []
    updated = [row for row in stored if row["family"] != family]
    updated += [row.as_json() | bench.circumstances() for row in rows]
    write_json(out, sorted(updated, key=lambda row: FAMILIES.index(row["family"])))
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        say(f"  {row.name}, compared with {row.peer_name}: {ratio} (target: {row.target}) {row.reason}")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
