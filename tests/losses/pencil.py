"""The pencil case of the objectives, and how tests call one: on one prefix, or all its parts on the same prefix."""

from dataclasses import dataclass, field, replace

import torch

from seqkd import losses
from seqkd.losses.positions import Positions

P = torch.tensor([[0.50, 0.30, 0.15, 0.05]], dtype=torch.float64)
Q = torch.tensor([[0.20, 0.45, 0.05, 0.30]], dtype=torch.float64)
CASE = Positions(Q.log() + 7.0, torch.tensor([3]), P.log(), sentence=torch.arange(1))


@dataclass
class Look:
    """What ``survey`` sees."""

    student: torch.Tensor
    memory: torch.Tensor = field(default_factory=lambda: torch.zeros(0))


def surveyed(name, positions, options):
    """The positions with the facts that the objective asks for."""
    survey = getattr(losses.load(name), "survey", None)
    if survey is None:
        return positions
    own = positions.log_q.detach().gather(1, positions.target[:, None])[:, 0]
    return replace(positions, facts={name: survey(Look(own), options)})


def value(name, positions, **settings):
    """The objective with these settings, all its prefix sources giving the same prefixes."""
    module = losses.load(name)
    options = module.Options(**settings)
    positions = surveyed(name, positions, options)
    return sum(module.loss(replace(positions, prefix=prefix), options) for prefix in losses.prefixes_of(name))


def random_case(count=6, words=9, seed=0, dtype=torch.float64):
    """Positions with random student, teacher and targets, each a sentence by itself."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (torch.randn(count, words, generator=generator, dtype=torch.float64) * 2 for _ in range(2))
    target, sentence = torch.randint(words, (count,), generator=generator), torch.arange(count)
    return Positions(student.to(dtype), target, teacher.to(dtype).log_softmax(-1), sentence=sentence)
