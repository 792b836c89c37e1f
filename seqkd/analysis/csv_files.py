"""CSV files with fixed number formats, so that equal tables give equal bytes."""

from pathlib import Path
from typing import Any

import pandas as pd

from seqkd.utils.files import write_text

INTEGERS = {"seed", "sentences", "parameters", "nonzero_parameters", "bytes", "truncated", "empty", "overlap"}
INTEGERS |= {"repeats", "threads", "peak_memory_bytes", "jobs"}


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table."""
    text = pd.DataFrame({name: [format_cell(value, name) for value in frame[name]] for name in frame.columns})
    write_text(path, text.to_csv(index=False, lineterminator="\n"))


def format_cell(value: Any, column: str) -> str:
    """One value as CSV text: six significant digits, ``true``/``false``, empty for missing."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if value is True or value is False or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(int(value)) if column in INTEGERS else f"{float(value):.6g}"
