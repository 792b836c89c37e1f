"""Pieces of words, and training and dev set as ids."""


rule tokenizer:
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
    params:
        step=experiment.made_by("tokenizer"),
    log:
        "results/logs/tokenizer/tokenizer.log",
    benchmark:
        "results/benchmarks/tokenizer/tokenizer.tsv"
    resources:
        mem_mb=3000,
    conda:
        "../../envs/seqkd.yaml"
    message:
        "tokenizer (follow it in {log})"
    script:
        "../scripts/tokenizer.py"
