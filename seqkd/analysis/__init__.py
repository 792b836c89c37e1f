"""The analysis of finished runs: measurements read into tables, comparisons with intervals, tests of statements."""
