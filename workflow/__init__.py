"""Between Snakemake and the library. A regular package: a folder `workflow` of another project is not taken for it."""
