"""docs/performance.md from the rows."""

from pathlib import Path
from typing import Any


def write_page(rows: list[dict[str, Any]], page: Path) -> None:
    pass
