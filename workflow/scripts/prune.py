"""Set the smallest weights of a model to zero."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """The pruned model into results/pruned/{system}/{sparsity}/{seed}/before."""
    from seqkd.pruning.magnitude import prune_model

    return prune_model(sparsity=job.settings["sparsity"], model=job.input("model"), folder=job.folder)


run(work)
