"""Set the smallest weights of a model to zero."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def prune(job: Job) -> Stats:
    """The pruned model into results/pruned/{system}/{sparsity}/{seed}/pruned."""
    from seqkd.distillation.pruning import prune_model

    return prune_model(sparsity=job.settings["sparsity"], model=job.input("model"), folder=job.folder)


run_job(prune)
