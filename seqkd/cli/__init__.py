"""Commands of ``seqkd``."""
