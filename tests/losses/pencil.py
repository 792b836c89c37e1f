"""An example to compute by hand, random positions, and the evaluation of an objective on them."""

from dataclasses import dataclass, field, replace

import torch

from seqkd import losses
from seqkd.losses.token_batch import TokenBatch

P = torch.tensor([[0.50, 0.30, 0.15, 0.05]], dtype=torch.float64)
Q = torch.tensor([[0.20, 0.45, 0.05, 0.30]], dtype=torch.float64)
CASE = TokenBatch(Q.log() + 7.0, torch.tensor([3]), P.log(), sentence=torch.arange(1))


@dataclass
class Look:
    """A fixed input of ``precompute``."""

    log_q_target: torch.Tensor
    state: torch.Tensor = field(default_factory=lambda: torch.zeros(0))


def with_precomputed(name, batch, options):
    """The positions with the values from the objective's ``precompute``, if it has one."""
    precompute = getattr(losses.load(name), "precompute", None)
    if precompute is None:
        return batch
    log_probs = batch.log_q.detach().gather(1, batch.target[:, None])[:, 0]
    return replace(batch, precomputed={name: precompute(Look(log_probs), options)})


def value(name, batch, **settings):
    """The objective with these settings, with the same prefixes from all its prefix sources."""
    module = losses.load(name)
    options = module.Options(**settings)
    batch = with_precomputed(name, batch, options)
    return sum(module.loss(replace(batch, prefix=prefix), options) for prefix in losses.prefixes_of(name))


def random_case(count=6, vocabulary=9, seed=0, dtype=torch.float64):
    """Positions with random student, teacher and targets, each a sentence by itself."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (torch.randn(count, vocabulary, generator=generator, dtype=torch.float64) * 2 for _ in range(2))
    target, sentence = torch.randint(vocabulary, (count,), generator=generator), torch.arange(count)
    return TokenBatch(student.to(dtype), target, teacher.to(dtype).log_softmax(-1), sentence=sentence)
