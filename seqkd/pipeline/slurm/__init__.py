"""Jobs of SLURM: orphaned ones, and those whose time runs out."""
