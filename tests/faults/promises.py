"""What docs/reliability.md promises about faults, and the tests that show it. README.md is written from both."""

import ast
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "README.md"
BEGIN, END = "<!-- Written by tests/faults/run.py. -->", "<!-- End of what it writes. -->"
STAGES = {file.stem for file in (FOLDER.parents[1] / "workflow" / "scripts").glob("*.py")}
KILLED = "a_killed_run_ends_as_an_undisturbed_one"

Tests = dict[str, dict[str, Any]]
"""A test's name, ``test_disk.py::test_a_full_disk[...]``, to what it came to."""

PROMISES = {
    "After any kill, the same command resumes and ends with the same weights, translations and scores. Nothing has to "
    "be unlocked, and jobs that outlived their run do no harm.": [KILLED],
    "Half-written files of a killed job are removed when it runs again.": ["halves_of_a_killed_job"],
    "A damaged benchmark file does not stop the report.": ["damaged_note_of_a_benchmark"],
    "An artefact that was truncated, emptied or modified is detected by the next command, before any job runs. If the "
    "change left no trace in the file's dates, the job that reads it refuses it and says what to delete.": [
        "noticed_before_any_job_runs",
        "a_job_that_reads_it_refuses_it",
    ],
    "The same command makes a damaged artefact again, with the same content.": [
        "the_same_command_makes_it_again",
        "the_same_command_makes_each_again",
    ],
    "Detection costs a finished run nothing: the same command reports that there is nothing to do and touches no "
    "result. Only a file that was changed after its manifest is read, and only once.": [
        "a_finished_run_has_nothing_to_do",
        "what_is_whole_again_is_no_longer_told",
        "what_was_changed_after_its_manifest_is_hashed_once",
    ],
    "A training state that is damaged, or written by another version, is not resumed: the log says so, and the "
    "training starts from scratch and ends with the same weights.": [
        "a_damaged_state_is_not_gone_on_from",
        "any_flipped_bit_of_a_state_is_noticed",
        "a_damaged_shard_of_a_stored_teacher",
    ],
    "The state of an unfinished training with other settings or code is named in the log, with the differences.": [
        "a_state_of_other_settings_or_code_is_told",
    ],
    "A loss that is not a number, or ten times the first, stops the training: the message names the update and the "
    "settings to change, and the last good state is kept. Weights that are not numbers are never saved.": [
        "a_loss_that_is_no_number_or_explodes",
        "before_any_state_it_says_so",
        "weights_that_are_no_numbers",
        "a_learning_rate_that_explodes_for_real",
    ],
    "A full disk is reported in one line, without a traceback, whichever stage it hits. No half-written file remains "
    "except a partial download, which is resumed; with free space, the same command resumes.": [
        "a_full_disk_in_each_stage",
        "which_errors_are_the_disks",
    ],
    "If Snakemake's own records (`.snakemake/`) are on the full disk too, it stops with its own message, which "
    "contains `No space left on device`; with free space, the same command resumes.": [
        "a_full_disk_where_snakemake_keeps"
    ],
    "Read-only results can be inspected with `-n`, and a run is refused in one line. If they become read-only during a "
    "run, it stops with one line, to which Snakemake, which cannot clean up, adds a traceback.": [
        "read_only_results",
        "results_that_become_read_only",
        "a_folder_without_permission",
    ],
    "A clock that is set back neither reruns nor hides anything.": ["ahead_of_the_clock", "a_clock_that_goes_back"],
    "Results of another version are reported with the reason, and made again where they would differ.": [
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
    """The text between the two markers. A sentence none of whose tests was run is not promised yet."""
    run = [name for name, about in tests.items() if about["outcome"] != "not run"]
    open_ones = [promise for promise, parts in PROMISES.items() if not shown_by(parts, run)]
    shown = [promise for promise in PROMISES if promise not in open_ones]
    lines = [
        *_kills(tests),
        *(["| promise | tests passed | skipped | not run yet |", "| --- | ---: | ---: | ---: |"] if shown else []),
    ]
    for promise in shown:
        found = Counter(tests[name]["outcome"] for name in shown_by(PROMISES[promise], tests))
        lines.append(f"| {promise} | {found['passed']} | {found['skipped']} | {found['not run']} |")
    skipped = sorted({about["why"] for about in tests.values() if about["outcome"] == "skipped"})
    lines += ["", f"Skipped: {'; '.join(skipped)}."] if skipped else []
    if open_ones:
        lines += ["", "Not promised yet, since their tests were not run:", ""]
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
        f"{len(kills)} kills in {len(runs)} runs, by signal and by the stages whose jobs were running; in some, the "
        "jobs themselves got the signal:",
        "",
        *["| Signal | times |", "| --- | ---: |", *(f"| {way} | {ways[way]} |" for way in sorted(ways)), ""],
        *["| Stage | times | its jobs got the signal |", "| --- | ---: | ---: |"],
        *(f"| {stage} | {stages[stage]} | {struck[stage]} |" for stage in sorted(stages)),
        "",
        f"Stages without a kill: {', '.join(missed)}." if missed else "Every stage had a kill.",
        "",
        *_seconds(tests, "undisturbed", "Seconds of an undisturbed run"),
        *_seconds(tests, "answered", "Seconds until a finished run reports that there is nothing to do"),
    ]


def _seconds(tests: Tests, key: str, what: str) -> list[str]:
    """The longest that was seen of each experiment."""
    found: dict[str, float] = {}
    for about in tests.values():
        for experiment, seconds in about.get(key, {}).items():
            found[experiment] = max(seconds, found.get(experiment, 0.0))
    times = ", ".join(f"{found[experiment]:g} ({experiment})" for experiment in sorted(found))
    return [f"{what}, start-up included, maximum over these tests: {times}.", ""] if found else []


def write_section(tests: Tests) -> None:
    """Put it into the page, in the place of the last one."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{section(tests)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
