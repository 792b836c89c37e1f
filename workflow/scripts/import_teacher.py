"""Import a teacher from another run."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def import_teacher(job: Job) -> Stats:
    """Its weights and description into results/teachers/{teacher}/1."""
    from seqkd.data.tokenizer import Tokenizer
    from seqkd.distillation.import_teacher import import_teacher

    return import_teacher(job.settings["files"], Tokenizer(job.input("tokenizer")).sizes, job.folder)


run_job(import_teacher)
