"""BLEU against the number of a teacher's words that are stored: a table for docs/methods.md.

    python benchmarks/top_k_bleu.py runs/stored/results

Reads a finished run of ``configs/stored-teacher.yaml``, or of any config with students that differ in ``teacher_top_k``
alone. Differences are to the student whose teacher runs; intervals resample test sentences.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from seqkd import manifest  # noqa: E402
from seqkd.claims.evidence import Evidence  # noqa: E402
from seqkd.report.load import load  # noqa: E402
from seqkd.report.settings import ReportSettings  # noqa: E402

HEAD = "| k | BLEU, greedy | less the teacher that runs | BLEU, beam | less the teacher that runs |"


def table(results: Path) -> Iterator[str]:
    """Lines of Markdown, by k; the teacher that runs and students without one last."""
    settings = manifest.read(results / "report" / "manifest.json").made_by["settings"]
    evidence = Evidence(load(results, settings["systems"], False), ReportSettings(**settings["report"]))
    students = settings["config"]["students"]
    words = {name: student.get("teacher_top_k", 0) for name, student in students.items()}
    online = next(name for name in words if not words[name] and "word-kd" in students[name]["loss"])
    yield HEAD
    yield "| --- | --- | --- | --- | --- |"
    for name in sorted(words, key=lambda name: (not words[name], words[name])):
        yield row(evidence, name, online, str(words[name] or name))


def row(evidence: Evidence, name: str, online: str, label: str) -> str:
    """One line: a student beside the one whose teacher runs."""
    one, other = (evidence.cast.variants[each, 0.0, None] for each in (name, online))
    cells = [label]
    for decoding in ("greedy", evidence.beam):
        own = evidence.bleu(one, decoding)
        found = own - evidence.bleu(other, decoding)
        low, high = found.interval
        told = f"{found.value:+.2f} ({low:+.2f} to {high:+.2f})" if name != online else ""
        cells += [f"{own.value:.2f}", told]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    print(*table(parser.parse_args().results), sep="\n")


if __name__ == "__main__":
    main()
