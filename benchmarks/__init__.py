"""Speed of seqkd against its peers, and the growth of its cost. Started by ``python benchmarks/run.py``."""
