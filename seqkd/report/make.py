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

from seqkd.analysis.comparisons import Comparison, compare_all, primary_decoding
from seqkd.analysis.csv_files import write_csv
from seqkd.analysis.minimums import MINIMUM
from seqkd.analysis.results import Results, is_fallback, load
from seqkd.analysis.settings import ReportSettings
from seqkd.report import plot_style, plots, remarks, sections, summary_text, tables
from seqkd.report.about import about_bleu, about_corpus
from seqkd.report.examples import choose_examples
from seqkd.report.fluency import Fluency, measure_fluency
from seqkd.report.length_remarks import length_penalties, remarks_on_length
from seqkd.report.page import render
from seqkd.report.plot_style import Pen
from seqkd.report.tables import SystemRow
from seqkd.report.truth_section import TruthSection, truth_section, truth_table
from seqkd.utils.files import write_text

Plot = Callable[[bool], Figure]
"""From whether the plot has a legend to the figure."""


def make_report(
    settings: ReportSettings, config: dict[str, Any], results: Path, systems: list[dict[str, Any]]
) -> dict[str, Any]:
    """Write the page, the tables and the plots.

    Args:
        config: the config as plain data; it is shown, and gives the title where the settings have none.
        results: the results folder.
        systems: every scored model in config order, with the keys of ``seqkd.analysis.results.ScoredModel``.

    Returns:
        Facts: how many systems, comparisons and warnings, and the verdict's headline.

    Raises:
        UserError: a file of an earlier stage is missing or damaged.
    """
    with_speed = config.get("speed", {}).get("enabled", True)
    loaded = load(results, systems, with_speed, is_fallback(config))
    comparisons, mismatches = compare_all(loaded, settings)
    decoding = primary_decoding(loaded, settings)
    rows = {name: tables.main_rows(loaded, comparisons, name, decoding) for name in loaded.test_sets}
    pens = _pens(loaded)
    truth = truth_section(loaded, config, settings)
    drawn = _plots(loaded, _first(rows), pens, decoding, truth)
    _write_files(loaded, comparisons, drawn, truth)
    context = _context(settings, config, loaded, comparisons, rows, mismatches)
    context |= _pictures(drawn, loaded, pens) | {"truth": truth}
    write_text(results / "report.html", render(context))
    return {
        "systems": len(loaded.models),
        "comparisons": len(comparisons),
        "warnings": len(context["warnings"]),
        "headline": context["headline"],
    }


def _first(rows: dict[str, list[SystemRow]]) -> list[SystemRow]:
    return next(iter(rows.values()), [])


def _pens(results: Results) -> dict[str, Pen]:
    teachers = [model.system for model in results.models if model.kind == "teacher"]
    students = [model.system for model in results.models if model.kind == "student"]
    return plot_style.pens(list(dict.fromkeys(teachers)), list(dict.fromkeys(students)))


def _plots(
    results: Results, rows: list[SystemRow], pens: dict[str, Pen], decoding: str, truth: TruthSection | None
) -> dict[str, Plot]:
    """The plots that these results allow, by file name."""
    available: dict[str, Plot] = {}
    timed = [row for row in rows if row.speed]
    for batching in dict.fromkeys(results.speed["batching"]):
        available[f"bleu-against-speed-{batching}"] = partial(plots.speed_plot, timed, pens, batching)
    if any(row.system.kind == "pruned" for row in rows):
        available["pruning"] = partial(plots.pruning_plot, rows, pens, decoding)
    if truth:
        available["truth"] = partial(plots.truth_plot, truth.rows, pens)
    chosen_by = {results.model_facts(model).get("chosen_by", "bleu") for model in results.models}
    for column in ("loss", "dev_chrf" if "chrf" in chosen_by else "dev_bleu"):
        trained = [model for model in results.models if model.kind != "pruned"]
        logged = [model for model in trained if results.curves[model.path][column].notna().any()]
        if logged:
            name = f"training-{column.replace('_', '-')}"
            available[name] = partial(plots.curve_plot, results.curves, logged, pens, column)
    return available


def _pictures(drawn: dict[str, Plot], results: Results, pens: dict[str, Pen]) -> dict[str, Any]:
    pictures = {
        name: Markup(plot_style.inline(plot_style.svg(plot, name, legend=False), name.replace("-", " ")))
        for name, plot in drawn.items()
    }
    pruned = dict.fromkeys(model.system for model in results.models if model.kind == "pruned")
    return {
        "speed_plots": [picture for name, picture in pictures.items() if name.startswith("bleu-against-speed")],
        "pruning_plot": pictures.get("pruning", ""),
        "truth_plot": pictures.get("truth", ""),
        "curves": [picture for name, picture in pictures.items() if name.startswith("training-")],
        "pens": list(pens.values()),
        "pruned_pens": [pens[name] for name in pruned if name in pens],
    }


def _write_files(
    results: Results, comparisons: list[Comparison], drawn: dict[str, Plot], truth: TruthSection | None
) -> None:
    """CSV and SVG files; those of an earlier page that this one doesn't have are removed."""
    folder = results.folder / "report"
    write_csv(tables.scores_table(results), results.folder / "scores.csv")
    write_csv(tables.speed_table(results), results.folder / "speed.csv")
    columns = ["artefact", "key", "file", "sha256", "bytes"]
    frames = {
        "comparisons": tables.comparison_table(comparisons),
        "jobs": results.jobs,
        "provenance": pd.DataFrame(sections.provenance(results), columns=columns),
    }
    frames |= {"truth": truth_table(truth)} if truth else {}
    for name, frame in frames.items():
        write_csv(frame, folder / f"{name}.csv")
    for name, plot in drawn.items():
        write_text(folder / f"{name}.svg", plot_style.svg(plot, name, legend=True))
    for file in folder.iterdir():
        if file.suffix in (".csv", ".svg") and file.stem not in frames | drawn:
            file.unlink()


def _warnings(
    settings: ReportSettings, results: Results, family: list[Comparison], fluencies: list[Fluency], others: list[str]
) -> list[str]:
    """What the box "Read this first" says; ``others`` are remarks that were made earlier."""
    test_sets = sections.describe_test_sets(results)
    return [
        *remarks.remarks_on_size(test_sets),
        *remarks.remarks_on_baselines(results.models),
        *remarks.remarks_on_seeds(family),
        *remarks.remarks_on_overlap(test_sets),
        *others,
        *remarks.remarks_on_fluency(fluencies, settings),
        *remarks_on_length(results),
        *remarks.remarks_on_gap(fluencies),
        *remarks.remarks_on_overfitting(results),
    ]


def _context(
    settings: ReportSettings,
    config: dict[str, Any],
    results: Results,
    comparisons: list[Comparison],
    rows: dict[str, list[SystemRow]],
    mismatches: list[str],
) -> dict[str, Any]:
    """Everything the template shows except the pictures."""
    decoding, first = primary_decoding(results, settings), _first(rows)
    decodings = sections.order_decodings(results, decoding)
    fluencies = measure_fluency(results)
    family = summary_text.primary_family(comparisons)
    bleu, other_script = about_bleu(results, config)
    diagnostics = sections.diagnostics_table(first, fluencies)
    setting = results.primary_test_set, decoding, sections.metric_of(first)
    others = [*other_script, *remarks.remarks_on_metric(results), *mismatches]
    return {
        "title": settings.title or str(config.get("title") or "Knowledge distillation report"),
        "about": about_corpus(results, config),
        "headline": summary_text.headline(comparisons, first),
        "won": any(comparison.verdict == "better" for comparison in family),
        "details": summary_text.details(comparisons, first, results, settings.confidence),
        "warnings": _warnings(settings, results, family, fluencies, others),
        "bleu": bleu,
        "bleu_name": first[0].bleu_name if first else "BLEU",
        "primary": decoding,
        "family_size": len(family),
        "percent_confidence": f"{100 * settings.confidence:g} %",
        "error_rate": round(1 - settings.confidence, 9),
        "resamples": settings.resamples,
        "bootstrap_seed": settings.bootstrap_seed,
        "penalties": length_penalties(results),
        "minimum": MINIMUM,
        "units": summary_text.units(family[0]) if family and family[0].has_interval else "",
        "main": sections.main_table(first, decodings),
        "agreement": sections.agreement_table(comparisons),
        "secondary": sections.secondary_table(comparisons, setting),
        "diagnostics": diagnostics,
        "against_teacher": sections.against_teacher(diagnostics),
        "reference_loops": fluencies[0].reference_loops if fluencies else None,
        "speed_rows": sections.speed_rows(results),
        "machine": sections.machine(results),
        "pruning": sections.pruning_table(first, decoding),
        "tensors": sections.tensor_sparsity(results),
        "teachers": sections.teacher_facts(results),
        "stages": sections.stage_facts(results),
        "examples": choose_examples(results, settings, decoding),
        "others": [(name, sections.main_table(table, decodings)) for name, table in list(rows.items())[1:]],
        "test_sets": sections.describe_test_sets(results),
        "corpus": sections.flatten(results.facts("corpus/manifest.json")),
        "tokenizer": sections.flatten(results.facts("tokenizer/manifest.json")),
        "comparisons": comparisons,
        "jobs": results.jobs.to_dict("records"),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        "signatures": sections.signatures(results),
        "versions": sections.versions(),
        "provenance": [file for file in sections.provenance(results) if not file["artefact"].startswith("decode/")],
    }
