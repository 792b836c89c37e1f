"""Take over a teacher of another run."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Its weights and description into results/teachers/{teacher}/1."""
    from seqkd.teacher.given import take_teacher
    from seqkd.tokenizer.tokenizer import Tokenizer

    return take_teacher(job.settings["files"], Tokenizer(job.input("tokenizer")).sizes, job.folder)


run(work)
