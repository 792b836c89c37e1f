"""What the papers say, held against a finished run: ``seqkd claims``."""
