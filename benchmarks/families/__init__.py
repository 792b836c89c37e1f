"""One family of rows a file; each has ``rows(bench)``."""
