"""Text: downloads, the training and dev set, the test sets."""

step = experiment.step("download/{file}")


rule download:
    """Download a file and verify its checksum."""
    input:
        step.all_upstream,  # none
    output:
        "results/download/{file}/manifest.json",
        "results/download/{file}/{file}",
    log:
        "results/logs/download/{file}.log",
    benchmark:
        "results/benchmarks/download/{file}.tsv"
    wildcard_constraints:
        file=experiment.names("download"),
    localrule: True  # cluster nodes may have no internet
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "download {wildcards.file} (follow it in {log})"
    script:
        "../scripts/download.py"


step = experiment.step("corpus")


checkpoint corpus:
    """Clean the text; write training and dev set."""
    input:
        downloads=step.all_upstream,
    output:
        "results/corpus/manifest.json",
        expand("results/corpus/{part}.{side}", part=["train", "dev"], side=["src", "tgt", "groups"]),
    log:
        "results/logs/corpus/corpus.log",
    benchmark:
        "results/benchmarks/corpus/corpus.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "corpus: clean and write training and dev set (follow it in {log})"
    script:
        "../scripts/corpus.py"


step = experiment.step("test_sets/{test_set}")


rule test_set:
    """Write a test set."""
    input:
        downloads=step.all_upstream,
    output:
        "results/test_sets/{test_set}/manifest.json",
        multiext("results/test_sets/{test_set}/test", ".src", ".tgt", ".groups"),
    log:
        "results/logs/test_set/{test_set}.log",
    benchmark:
        "results/benchmarks/test_set/{test_set}.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "test_set {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/test_set.py"
