"""One file per family of rows; each defines ``rows(bench)``."""
