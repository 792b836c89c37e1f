"""Between Snakemake and the library: the plan of a run, what surrounds each job, exact reruns, SLURM.

The only package that knows of Snakemake. No stage imports it, and its code counts in no fingerprint.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The clone that holds this package, the Snakefile and the rules."""
