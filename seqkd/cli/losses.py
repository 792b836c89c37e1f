"""What ``seqkd losses NAME`` prints, from the docstring and the settings of an objective."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from seqkd import losses
from seqkd.config.value_types import type_of


@dataclass(frozen=True)
class About:
    """The parts of an objective's docstring: title, source, and the rest with the formula."""

    title: str
    source: str
    body: str


def about(name: str) -> About:
    """The parsed docstring of an objective; its first line is ``Title (source).``"""
    line, _, body = cleandoc(losses.load(name).__doc__ or name).partition("\n")
    match = re.fullmatch(r"(.*) \((.*)\)\.?", line)
    title, source = match.groups() if match else (line, "not given")
    return About(title, source, body.strip("\n"))


def cost(loss: dict[str, dict[str, Any]]) -> str:
    """Passes of an update: student (forward and backward), teacher (forward), sampling of the student.

    Terms that read one prefix source with equal settings share its pass; the encoders run once.
    """
    student: dict[tuple[str, str], int] = {}
    teacher: dict[tuple[str, str], int] = {}
    sampled = set()
    for name, term in loss.items():
        options = losses.settings_of(name)(**losses.split_term(term)[1])
        for source in losses.sources_of(name):
            source_options = source.Options(**{key: getattr(options, key) for key in source.Options.model_fields})
            key = losses.name_of(source), str(source_options)
            student[key] = source.passes(source_options)
            sampled |= {key} if getattr(source, "SAMPLES", False) else set()
            if losses.needs_teacher(name):
                teacher[key] = source.passes(source_options)
    counts = {"student": sum(student.values()), "teacher": sum(teacher.values()), "sampling": len(sampled)}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def describe(name: str) -> str:
    """Description of an objective for the terminal."""
    doc = about(name)
    lines = [f"{name}: {doc.title}", f"source: {doc.source}", "", doc.body, ""]
    lines += [f"prefixes: {', '.join(losses.prefixes_of(name))}", f"cost in passes: {cost({name: {'weight': 1.0}})}"]
    if losses.needs_teacher(name):
        lines += [
            f"stored teacher: {'supported (teacher_top_k)' if losses.supports_teacher_topk(name) else 'not supported'}"
        ]
    settings = list(_settings(name))
    return "\n".join([*lines, "settings:", *(settings or ["  none"])]) + "\n"


def _settings(name: str) -> Iterator[str]:
    schema = losses.settings_of(name).model_json_schema()
    for key, field in schema.get("properties", {}).items():
        yield f"  {key}: {type_of(field, schema).replace('`', '')}; default {field['default']}"
        yield f"      {field['description']}"
