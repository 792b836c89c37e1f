"""The table of statements: ``claims.md`` and ``claims.csv`` beside the report of a finished run."""

from pathlib import Path

import pandas as pd

from seqkd import manifest
from seqkd.claims import f_distill, kim_rush, tie_kd
from seqkd.claims.claim import Outcome, outcome
from seqkd.claims.evidence import Evidence
from seqkd.errors import UserError
from seqkd.files import write_text
from seqkd.report.about import is_fallback
from seqkd.report.load import Results, load
from seqkd.report.settings import ReportSettings
from seqkd.report.tables import write_csv

PAPERS = {
    "Kim & Rush 2016": kim_rush.CLAIMS,
    "TIE-KD, Zhang et al. 2023": tie_kd.CLAIMS,
    "f-DISTILL, Wen et al. 2023": f_distill.CLAIMS,
}
HEAD = """\
Each statement of the papers, and what this run says of it. A difference of BLEU is resampled by test sentences, or by
documents where they are known; in brackets its interval, then each seed's own. With three seeds or more the interval
covers the choice of seeds too; with fewer a statement holds for these models and not for the methods. What is known as
one number a seed has an interval from three seeds on. *Confirmed* and *contradicted* ask for the whole interval and
every seed on one side. *Not shown* does not mean false. Figures were published for other text and models. No correction
is made for the number of statements.
"""


def write_claims(results: Path) -> str:
    """Write both files and give the text of the first.

    Raises:
        UserError: there is no finished run in ``results``.
    """
    found, settings = _finished(results)
    outcomes = decide(found, settings)
    text = as_markdown(outcomes)
    write_text(results / "claims.md", text)
    write_csv(as_table(outcomes), results / "claims.csv")
    return text


def _finished(results: Path) -> tuple[Results, ReportSettings]:
    path = results / "report" / "manifest.json"
    if not path.is_file():
        raise UserError(f"{results}: no finished run, {path} is missing; run snakemake first, or name another folder")
    provenance = manifest.read(path).provenance
    try:
        settings = provenance["settings"]
        with_speed = settings["config"].get("speed", {}).get("enabled", True)
        systems, shown = settings["systems"], ReportSettings(**settings["report"])
        characters = is_fallback(settings["config"])
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UserError(f"{path}: the report of another version of seqkd; run snakemake again") from None
    return load(results, systems, with_speed, characters), shown


def decide(results: Results, settings: ReportSettings) -> dict[str, list[Outcome]]:
    """What came of every statement, by paper."""
    evidence = Evidence(results, settings)
    return {paper: [outcome(claim, evidence) for claim in claims] for paper, claims in PAPERS.items()}


def as_markdown(outcomes: dict[str, list[Outcome]]) -> str:
    """A table a paper."""
    parts = [HEAD]
    for paper, decided in outcomes.items():
        parts.append(f"## {paper}\n")
        parts.append("| | statement | published | counts as confirmed | verdict | seen |")
        parts.append("| --- | --- | --- | --- | --- | --- |")
        parts += [_row(one) for one in decided]
        parts.append("")
    return "\n".join(parts)


def _row(one: Outcome) -> str:
    claim = one.claim
    cells = [claim.key, claim.words, claim.published, claim.criterion, f"**{one.verdict}**", "; ".join(one.sentences)]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def as_table(outcomes: dict[str, list[Outcome]]) -> pd.DataFrame:
    """A row a statement."""
    rows = [
        {"claim": one.claim.key, "paper": paper, "statement": one.claim.words, "published": one.claim.published}
        | {"criterion": one.claim.criterion, "verdict": one.verdict, "seen": "; ".join(one.sentences)}
        for paper, decided in outcomes.items()
        for one in decided
    ]
    return pd.DataFrame(rows)
