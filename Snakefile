# From parallel text to a report: which way of distilling a translation model won, by how much, and whether that is significant.
#
#     snakemake --cores 8 results/report.html
#     snakemake --cores 8 results/report.html --directory runs/multi30k --configfile configs/multi30k-de-en.yaml
#     snakemake -n                                # what would run, and why

import sys

from snakemake.utils import min_version

min_version("9.20")
# In a module, workflow.basedir is that of the workflow around it.
sys.path.insert(0, workflow.current_basedir.get_path_or_uri(secret_free=True))

from seqkd.pipeline.experiment import load_experiment

experiment = load_experiment(workflow, config)


wildcard_constraints:
    teacher=experiment.names("train_teacher", "import_teacher", "ensemble"),
    system=experiment.names("prune"),
    test_set=experiment.names("test_set"),
    seed=r"\d+",
    sparsity=r"[\d.e-]+",


report: "workflow/report/workflow.rst"


rule all:
    """Everything, up to the report."""
    input:
        "results/report.html",


include: "workflow/rules/corpus.smk"
include: "workflow/rules/tokenizer.smk"
include: "workflow/rules/teacher.smk"
include: "workflow/rules/length_penalty.smk"
include: "workflow/rules/decode.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/teacher_topk.smk"
include: "workflow/rules/students.smk"
include: "workflow/rules/prune.smk"
include: "workflow/rules/translate.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/truth.smk"
include: "workflow/rules/report.smk"


onstart:
    experiment.start()


onsuccess:
    experiment.finish(success=True)


onerror:
    experiment.finish(success=False)
