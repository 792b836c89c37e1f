"""Translations of the test sets and what is measured of them: metrics, diagnostics, teacher agreement, truth, speed."""
