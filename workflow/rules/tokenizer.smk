"""Pieces of words, and training and dev set as ids."""


rule tokenizer:
    """Learn the subwords; write training and dev set as ids."""
    input:
        unpack(experiment.needs("tokenizer")),
    output:
        "results/tokenizer/manifest.json",
        multiext("results/tokenizer/", "src.model", "tgt.model"),
        expand(
            "results/tokenizer/{part}/{side}.{kind}.npy",
            part=["train", "dev"],
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/tokenizer/tokenizer.log",
    benchmark:
        "results/benchmarks/tokenizer/tokenizer.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 5000 * attempt,
    params:
        step=experiment.made_by("tokenizer"),
    message:
        "tokenizer (follow it in {log})"
    script:
        "../scripts/tokenizer.py"
