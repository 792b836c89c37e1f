"""BLEU as a function of the number of stored teacher tokens: a table for docs/methods.md.

    python benchmarks/top_k_bleu.py runs/stored/results

Reads a finished run of ``configs/stored-teacher.yaml``, or of any config whose students differ only in
``teacher_top_k``. Differences are to the student with an online teacher; intervals resample test sentences.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from seqkd.analysis.papers.run_measurements import RunMeasurements  # noqa: E402
from seqkd.analysis.results import load  # noqa: E402
from seqkd.analysis.settings import ReportSettings  # noqa: E402
from seqkd.utils import manifest  # noqa: E402

HEAD = "| k | BLEU, greedy | minus online teacher | BLEU, beam | minus online teacher |"


def table(results: Path) -> Iterator[str]:
    """Lines of Markdown, by k; the online teacher and students without a teacher come last."""
    settings = manifest.read(results / "report" / "manifest.json").provenance["settings"]
    run = RunMeasurements(load(results, settings["systems"], False), ReportSettings(**settings["report"]))
    students = settings["config"]["students"]
    top_k = {name: student.get("teacher_top_k", 0) for name, student in students.items()}
    online = next(name for name in top_k if not top_k[name] and "word-kd" in students[name]["loss"])
    yield HEAD
    yield "| --- | --- | --- | --- | --- |"
    for name in sorted(top_k, key=lambda name: (not top_k[name], top_k[name])):
        yield row(run, name, online, str(top_k[name] or name))


def row(run: RunMeasurements, name: str, online: str, label: str) -> str:
    """One line: a student compared with the one whose teacher runs online."""
    student, baseline = (run.index.variants[variant, 0.0, None] for variant in (name, online))
    cells = [label]
    for decoding in ("greedy", run.beam):
        bleu = run.bleu(student, decoding)
        gain = bleu - run.bleu(baseline, decoding)
        low, high = gain.interval
        cells += [f"{bleu.value:.2f}", f"{gain.value:+.2f} ({low:+.2f} to {high:+.2f})" if name != online else ""]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    print(*table(parser.parse_args().results), sep="\n")


if __name__ == "__main__":
    main()
