"""Subwords, and training and dev set as ids."""

step = experiment.step("tokenizer")


rule tokenizer:
    """Learn the subwords; write training and dev set as ids."""
    input:
        corpus=step.upstream("corpus"),
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
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "tokenizer (follow it in {log})"
    script:
        "../scripts/tokenizer.py"
