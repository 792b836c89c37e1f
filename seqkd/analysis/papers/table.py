"""The table of the papers' statements: ``claims.md`` and ``claims.csv`` in the results folder of a finished run."""

from pathlib import Path

import pandas as pd

from seqkd.analysis.csv_files import write_csv
from seqkd.analysis.hypothesis import Outcome, evaluate
from seqkd.analysis.papers import f_distill, kim_rush, tie_kd
from seqkd.analysis.papers.run_measurements import RunMeasurements
from seqkd.analysis.results import Results, is_fallback, load
from seqkd.analysis.settings import ReportSettings
from seqkd.utils import manifest
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_text

PAPERS = {
    "Kim & Rush 2016": kim_rush.HYPOTHESES,
    "TIE-KD, Zhang et al. 2023": tie_kd.HYPOTHESES,
    "f-DISTILL, Wen et al. 2023": f_distill.HYPOTHESES,
}
INTRODUCTION = """\
Each statement of the papers, and what this run says of it. A difference of BLEU is resampled by test sentences, or by
documents where they are known; in brackets are its interval and the difference of each seed. With three seeds or more
the interval covers the choice of seeds too; with fewer a statement holds for these models and not for the methods.
Where there is only one number a seed, there is an interval from three seeds on. *Confirmed* and *contradicted* require
the entire interval and every seed on one side. *Not shown* does not mean false. Figures were published for other text
and models. There is no correction for the number of statements.
"""


def write_claims(results: Path) -> str:
    """Write both files and return the text of the first.

    Raises:
        UserError: there is no finished run in ``results``.
    """
    outcomes = decide(*_load_finished(results))
    text = as_markdown(outcomes)
    write_text(results / "claims.md", text)
    write_csv(as_table(outcomes), results / "claims.csv")
    return text


def _load_finished(folder: Path) -> tuple[Results, ReportSettings]:
    path = folder / "report" / "manifest.json"
    if not path.is_file():
        raise UserError(f"{folder}: no finished run, {path} is missing; run snakemake first, or name another folder")
    provenance = manifest.read(path).provenance
    try:
        settings = provenance["settings"]
        with_speed = settings["config"].get("speed", {}).get("enabled", True)
        systems, report = settings["systems"], ReportSettings(**settings["report"])
        characters = is_fallback(settings["config"])
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UserError(f"{path}: the report of another version of seqkd; run snakemake again") from None
    return load(folder, systems, with_speed, characters), report


def decide(results: Results, settings: ReportSettings) -> dict[str, list[Outcome]]:
    """The outcome of every statement, by paper."""
    run = RunMeasurements(results, settings)
    return {paper: [evaluate(hypothesis, run) for hypothesis in hypotheses] for paper, hypotheses in PAPERS.items()}


def as_markdown(outcomes: dict[str, list[Outcome]]) -> str:
    """A table for each paper."""
    lines = [INTRODUCTION]
    for paper, of_paper in outcomes.items():
        lines.append(f"## {paper}\n")
        lines.append("| | statement | published | counts as confirmed | verdict | seen |")
        lines.append("| --- | --- | --- | --- | --- | --- |")
        lines += [_markdown_row(outcome) for outcome in of_paper]
        lines.append("")
    return "\n".join(lines)


def _markdown_row(outcome: Outcome) -> str:
    hypothesis = outcome.hypothesis
    cells = [hypothesis.key, hypothesis.statement, hypothesis.published, hypothesis.criterion]
    cells += [f"**{outcome.verdict}**", "; ".join(outcome.sentences)]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def as_table(outcomes: dict[str, list[Outcome]]) -> pd.DataFrame:
    """One row for each statement."""
    rows = [
        {
            "claim": outcome.hypothesis.key,
            "paper": paper,
            "statement": outcome.hypothesis.statement,
            "published": outcome.hypothesis.published,
            "criterion": outcome.hypothesis.criterion,
            "verdict": outcome.verdict,
            "seen": "; ".join(outcome.sentences),
        }
        for paper, of_paper in outcomes.items()
        for outcome in of_paper
    ]
    return pd.DataFrame(rows)
