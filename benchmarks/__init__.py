"""Speed of seqkd compared with its peers, and how its cost grows. Run with ``python benchmarks/run.py``."""
