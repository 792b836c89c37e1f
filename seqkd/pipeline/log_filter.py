"""Which of Snakemake's messages are of use here."""

import logging
from typing import Any


class OfUse(logging.Filter):
    """Leaves out a remark that would only alarm, and the first of the two equal tables of jobs of a dry run."""

    def __init__(self, workflow: Any) -> None:
        super().__init__()
        self._workflow, self._first_table = workflow, True

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is shown."""
        if str(getattr(record, "event", "")) == "run_info":
            first, self._first_table = self._first_table, False
            return not (first and self._workflow.dryrun)
        # Snakemake's own records decide nothing here, so its remark that some are missing would only alarm.
        return "provenance/metadata so that it in part" not in record.getMessage()
