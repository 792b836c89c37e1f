"""What docs/reliability.md promises about faults, and the tests that show it. Its section is written from both."""

import ast
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- Written by tests/faults/run.py. -->", "<!-- End of what it writes. -->"
STAGES = {file.stem for file in (PAGE.parents[1] / "workflow" / "scripts").glob("*.py")}
KILLED = "a_killed_run_ends_as_an_undisturbed_one"

Tests = dict[str, dict[str, Any]]
"""A test's name, ``test_disk.py::test_a_full_disk[...]``, to what it came to."""

PROMISES = {
    "Whatever was killed, the same command goes on and ends with the same weights, translations and scores; there is "
    "nothing to unlock, and jobs that outlived their run do no harm.": [KILLED],
    "What a job left half-written when it was killed goes when it runs again.": ["halves_of_a_killed_job"],
    "A benchmark's note that was damaged stops no report.": ["damaged_note_of_a_benchmark"],
    "An artefact that was cut short, emptied or changed is noticed by the next command, before any job runs; one whose "
    "change left no date is refused by the job that reads it, in a line that says what to delete.": [
        "noticed_before_any_job_runs",
        "a_job_that_reads_it_refuses_it",
    ],
    "What is noticed is made again by the same command, with the same content.": [
        "the_same_command_makes_it_again",
        "the_same_command_makes_each_again",
    ],
    "That costs a finished run nothing: the same command says that nothing is to be done and touches no result; only a "
    "file that was changed after its manifest is read, and only once.": [
        "a_finished_run_has_nothing_to_do",
        "what_is_whole_again_is_no_longer_told",
        "what_was_changed_after_its_manifest_is_hashed_once",
    ],
    "A saved training that is damaged, or written by another version, is not gone on from: the log says so and the "
    "training starts anew, to the same weights.": [
        "a_damaged_state_is_not_gone_on_from",
        "any_flipped_bit_of_a_state_is_noticed",
        "a_damaged_shard_of_a_stored_teacher",
    ],
    "What an unfinished training with other settings or code left is named in the log, with what differs.": [
        "a_state_of_other_settings_or_code_is_told",
    ],
    "A loss that is no number, or ten times the first, stops the training: the line names the update and the "
    "keys to turn, and the last good state is kept. Weights that are no numbers are never saved.": [
        "a_loss_that_is_no_number_or_explodes",
        "before_any_state_it_says_so",
        "weights_that_are_no_numbers",
        "a_learning_rate_that_explodes_for_real",
    ],
    "A full disk is told in one line, without a traceback, whichever stage it hits; nothing half-made stays but the "
    "part of a download, which is continued, and with room the same command goes on.": [
        "a_full_disk_in_each_stage",
        "which_errors_are_the_disks",
    ],
    "Where Snakemake's own records (`.snakemake/`) are on the full disk too, it stops in its own words, with `No "
    "space left on device` in them, and with room the same command goes on.": ["a_full_disk_where_snakemake_keeps"],
    "Read-only results can be looked at with `-n`; a run is refused in one line; one during which they become "
    "read-only stops with one, and Snakemake, which may not tidy up then, adds a traceback of its own.": [
        "read_only_results",
        "results_that_become_read_only",
        "a_folder_without_permission",
    ],
    "A clock that goes back neither reruns nor hides anything.": ["ahead_of_the_clock", "a_clock_that_goes_back"],
    "What another version made is named, with the reason, and made again where it would come out otherwise.": [
        "a_manifest_with_other_fields",
        "a_manifest_of_before_they_had_checksums",
        "results_of_other_code",
    ],
    "A second run in the same folder is refused in one line, and the first is not disturbed.": ["a_second_run"],
}
"""Sentence to parts of the names of the tests that show it."""


def functions() -> set[str]:
    """The tests of this folder, as the counts name them: file and function."""
    found = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and file.name != "test_page.py":
                found.add(f"{file.name}::{node.name}")
    return found


def shown_by(parts: Iterable[str], names: Iterable[str]) -> list[str]:
    """The tests behind a promise."""
    return [name for name in names if any(part in name.partition("[")[0] for part in parts)]


def section(tests: Tests) -> str:
    """The text between the two marks. A sentence of which no test was run is no promise yet."""
    run = [name for name, about in tests.items() if about["outcome"] != "not run"]
    open_ones = [promise for promise, parts in PROMISES.items() if not shown_by(parts, run)]
    shown = [promise for promise in PROMISES if promise not in open_ones]
    lines = [
        *_kills(tests),
        *(["| What holds | tests passed | skipped | not run yet |", "| --- | ---: | ---: | ---: |"] if shown else []),
    ]
    for promise in shown:
        found = Counter(tests[name]["outcome"] for name in shown_by(PROMISES[promise], tests))
        lines.append(f"| {promise} | {found['passed']} | {found['skipped']} | {found['not run']} |")
    skipped = sorted({about["why"] for about in tests.values() if about["outcome"] == "skipped"})
    lines += ["", f"Skipped: {'; '.join(skipped)}."] if skipped else []
    if open_ones:
        lines += ["", "Not promised yet, for their tests are written but were not run:", ""]
        lines += [f"- {promise}" for promise in open_ones]
    return "\n".join(lines)


def _kills(tests: Tests) -> list[str]:
    """How many, how and where."""
    runs = [about["kills"] for about in tests.values() if about["outcome"] == "passed" and "kills" in about]
    kills = [kill for run in runs for kill in run]
    if not kills:
        return []
    ways = Counter(kill["way"] for kill in kills)
    stages, struck = (Counter(stage for kill in kills for stage in kill[key]) for key in ("stages", "struck"))
    missed = sorted(STAGES - stages.keys())
    return [
        f"{len(kills)} kills in {len(runs)} runs, by what was done and by the stages whose jobs ran then; some jobs "
        "got the signal themselves:",
        "",
        *["| Killed | times |", "| --- | ---: |", *(f"| {way} | {ways[way]} |" for way in sorted(ways)), ""],
        *["| In stage | times | its jobs themselves |", "| --- | ---: | ---: |"],
        *(f"| {stage} | {stages[stage]} | {struck[stage]} |" for stage in sorted(stages)),
        "",
        f"No kill came in {', '.join(missed)}." if missed else "No stage was left out.",
        "",
        *_seconds(tests, "undisturbed", "Seconds that the two take undisturbed"),
        *_seconds(tests, "answered", "Seconds after which a finished one says that nothing is to be done"),
    ]


def _seconds(tests: Tests, key: str, what: str) -> list[str]:
    """The longest that was seen of each experiment."""
    found: dict[str, float] = {}
    for about in tests.values():
        for experiment, seconds in about.get(key, {}).items():
            found[experiment] = max(seconds, found.get(experiment, 0.0))
    told = ", ".join(f"{found[experiment]:g} ({experiment})" for experiment in sorted(found))
    return [f"{what}, start-up included, the most in these counts: {told}.", ""] if found else []


def write_section(tests: Tests) -> None:
    """Put it into the page, in the place of the last one."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{section(tests)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
