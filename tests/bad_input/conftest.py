import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of small files are made here, and no power is cut."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
