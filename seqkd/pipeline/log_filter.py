"""Which of Snakemake's messages are shown."""

import logging
from typing import Any


class LogFilter(logging.Filter):
    """Hides a misleading warning, and the first of the two equal tables of jobs of a dry run."""

    def __init__(self, workflow: Any) -> None:
        super().__init__()
        self._workflow, self._is_first_table = workflow, True

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is shown."""
        if str(getattr(record, "event", "")) == "run_info":
            is_first, self._is_first_table = self._is_first_table, False
            return not (is_first and self._workflow.dryrun)
        # Reruns do not depend on Snakemake's own records, so its warning that some are missing would only alarm.
        return "provenance/metadata so that it in part" not in record.getMessage()
