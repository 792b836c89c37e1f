"""The report stage: results/report.html, the tables as CSV and the plots as SVG.

Reads ``scores/``, ``speed/``, ``test_sets/``, the models' ``metrics.jsonl``, every manifest and the benchmark files
below results; writes ``report.html``, ``scores.csv``, ``speed.csv``, ``report/*.csv`` and ``report/*.svg``.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from markupsafe import Markup
from matplotlib.figure import Figure

from seqkd.files import write_text
from seqkd.report import drawing, limits, plots, quality, sections, tables, words
from seqkd.report.about import about_bleu, about_corpus, is_fallback
from seqkd.report.brevity import length_penalties, remarks_on_brevity
from seqkd.report.compare import Comparison, compare_all, primary_decoding
from seqkd.report.drawing import Pen
from seqkd.report.load import Results, load
from seqkd.report.page import render
from seqkd.report.settings import ReportSettings
from seqkd.report.tables import Row
from seqkd.report.truth import TruthSection, truth_section, truth_table
from seqkd.scoring.fewest import FEWEST

Drawing = Callable[[bool], Figure]


def make_report(
    settings: ReportSettings, config: dict[str, Any], results: Path, systems: list[dict[str, Any]]
) -> dict[str, Any]:
    """Write the page, the tables and the plots.

    Args:
        config: the whole config as plain data; it is shown, and gives the title where the settings have none.
        results: the results folder.
        systems: every scored model in config order, with the keys of ``seqkd.report.load.System``.

    Returns:
        Facts: how many systems, comparisons and warnings, and the verdict's headline.

    Raises:
        UserError: a file of an earlier stage is missing or damaged.
    """
    with_speed = config.get("speed", {}).get("enabled", True)
    found = load(results, systems, with_speed, is_fallback(config))
    comparisons, remarks = compare_all(found, settings)
    decoding = primary_decoding(found, settings)
    rows = {name: tables.main_rows(found, comparisons, name, decoding) for name in found.test_sets}
    pens = _pens(found)
    truth = truth_section(found, config, settings)
    drawings = _drawings(found, _first(rows), pens, decoding, truth)
    _write_files(results, found, comparisons, drawings, truth)
    context = _context(settings, config, found, comparisons, rows, remarks)
    context |= _pictures(drawings, found, pens) | {"truth": truth}
    write_text(results / "report.html", render(context))
    return {
        "systems": len(found.systems),
        "comparisons": len(comparisons),
        "warnings": len(context["warnings"]),
        "headline": context["headline"],
    }


def _first(rows: dict[str, list[Row]]) -> list[Row]:
    return next(iter(rows.values()), [])


def _pens(found: Results) -> dict[str, Pen]:
    teachers = [system.system for system in found.systems if system.kind == "teacher"]
    students = [system.system for system in found.systems if system.kind == "student"]
    return drawing.pens(list(dict.fromkeys(teachers)), list(dict.fromkeys(students)))


def _drawings(
    found: Results, rows: list[Row], pens: dict[str, Pen], decoding: str, truth: TruthSection | None
) -> dict[str, Drawing]:
    """What can be drawn from these results, by file name."""
    made: dict[str, Drawing] = {}
    for batching in dict.fromkeys(found.speed["batching"]):
        made[f"bleu-against-speed-{batching}"] = partial(plots.speed_plot, [r for r in rows if r.speed], pens, batching)
    if any(row.system.kind == "pruned" for row in rows):
        made["pruning"] = partial(plots.pruning_plot, rows, pens, decoding)
    if truth:
        made["truth"] = partial(plots.truth_plot, truth.rows, pens)
    chosen_by = {found.facts(f"{one.path}/manifest.json").get("chosen_by", "bleu") for one in found.systems}
    for column in ("loss", "dev_chrf" if "chrf" in chosen_by else "dev_bleu"):
        logged = [one for one in found.systems if found.curves[one.path][column].notna().any()]
        trained = [one for one in logged if one.kind != "pruned"]
        if trained:
            name = f"training-{column.replace('_', '-')}"
            made[name] = partial(plots.curve_plot, found.curves, trained, pens, column)
    return made


def _pictures(drawings: dict[str, Drawing], found: Results, pens: dict[str, Pen]) -> dict[str, Any]:
    shown = {
        name: Markup(drawing.inline(drawing.svg(draw, name, legend=False), name.replace("-", " ")))
        for name, draw in drawings.items()
    }
    pruned = dict.fromkeys(system.system for system in found.systems if system.kind == "pruned")
    return {
        "speed_plots": [plot for name, plot in shown.items() if name.startswith("bleu-against-speed")],
        "pruning_plot": shown.get("pruning", ""),
        "truth_plot": shown.get("truth", ""),
        "curves": [plot for name, plot in shown.items() if name.startswith("training-")],
        "pens": list(pens.values()),
        "pruned_pens": [pens[name] for name in pruned if name in pens],
    }


def _write_files(
    results: Path,
    found: Results,
    comparisons: list[Comparison],
    drawings: dict[str, Drawing],
    truth: TruthSection | None,
) -> None:
    """CSV and SVG files; those of an earlier page that this one doesn't have are removed."""
    folder = results / "report"
    tables.write_csv(tables.scores_table(found), results / "scores.csv")
    tables.write_csv(tables.speed_table(found), results / "speed.csv")
    csv = {
        "comparisons": tables.comparison_table(comparisons),
        "jobs": found.jobs,
        "provenance": pd.DataFrame(sections.provenance(found), columns=["artefact", "key", "file", "sha256", "bytes"]),
    }
    csv |= {"truth": truth_table(truth)} if truth else {}
    for name, table in csv.items():
        tables.write_csv(table, folder / f"{name}.csv")
    for name, draw in drawings.items():
        write_text(folder / f"{name}.svg", drawing.svg(draw, name, legend=True))
    for stale in folder.iterdir():
        if stale.suffix in (".csv", ".svg") and stale.stem not in csv | drawings:
            stale.unlink()


def _context(
    settings: ReportSettings,
    config: dict[str, Any],
    found: Results,
    comparisons: list[Comparison],
    rows: dict[str, list[Row]],
    remarks: list[str],
) -> dict[str, Any]:
    """Everything the template shows except the pictures."""
    decoding, first = primary_decoding(found, settings), _first(rows)
    names = sections.decodings(found, decoding)
    fluency = quality.fluency(found)
    test_sets = sections.test_sets(found)
    primary = words.primary(comparisons)
    bleu, other_script = about_bleu(found, config)
    return {
        "title": settings.title or str(config.get("title") or "Knowledge distillation report"),
        "about": about_corpus(found, config),
        "headline": words.headline(comparisons, first),
        "won": any(one.verdict == "better" for one in primary),
        "details": words.details(comparisons, first, found, settings.confidence),
        "warnings": [
            *limits.remarks_on_size(test_sets),
            *limits.remarks_on_baselines(found.systems),
            *words.unpaired(comparisons),
            *limits.remarks_on_overlap(test_sets),
            *other_script,
            *sections.remarks_on_metric(found),
            *remarks,
            *quality.remarks_on_fluency(fluency, settings),
            *remarks_on_brevity(found),
            *quality.remarks_on_gap(fluency),
            *quality.remarks_on_overfitting(found),
        ],
        "bleu": bleu,
        "bleu_name": first[0].bleu_name if first else "BLEU",
        "primary": decoding,
        "family_size": len(primary),
        "percent_confidence": f"{100 * settings.confidence:g} %",
        "error_rate": round(1 - settings.confidence, 9),
        "resamples": settings.resamples,
        "bootstrap_seed": settings.bootstrap_seed,
        "penalties": length_penalties(found),
        "fewest": FEWEST,
        "unit_words": words.units(primary[0]) if primary and primary[0].plain.is_known else "",
        "main": sections.main_table(first, names),
        "agreement": sections.agreement_table(comparisons),
        "secondary": sections.secondary_table(comparisons, (next(iter(rows), ""), decoding, sections.metric_of(first))),
        "diagnostics": (diagnostics := sections.diagnostics_table(first, fluency)),
        "beside_teacher": sections.beside_teacher(diagnostics),
        "reference_loops": fluency[0].reference_loops if fluency else None,
        "speed_rows": sections.speed_rows(found),
        "machine": sections.machine(found),
        "pruning": sections.pruning_table(first, decoding),
        "tensors": sections.tensor_sparsity(found),
        "teachers": sections.teacher_facts(found),
        "stages": sections.stage_facts(found),
        "examples": quality.examples(found, settings, decoding),
        "others": [(name, sections.main_table(table, names)) for name, table in list(rows.items())[1:]],
        "test_sets": test_sets,
        "corpus": sections.flat(found.facts("corpus/manifest.json")),
        "tokenizer": sections.flat(found.facts("tokenizer/manifest.json")),
        "comparisons": comparisons,
        "jobs": found.jobs.to_dict("records"),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        "signatures": sections.signatures(found),
        "versions": sections.versions(),
        "provenance": [one for one in sections.provenance(found) if not one["artefact"].startswith("decode/")],
    }
