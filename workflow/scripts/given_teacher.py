"""Take over a teacher of another run."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """Its weights and description into results/teachers/{teacher}/1."""
    from seqkd.distillation.import_teacher import import_teacher
    from seqkd.tokenizer.tokenizer import Tokenizer

    return import_teacher(job.settings["files"], Tokenizer(job.input("tokenizer")).sizes, job.folder)


run(work)
