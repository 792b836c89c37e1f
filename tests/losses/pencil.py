"""The pencil case of the objectives, and how tests call one: on one prefix, or all its parts on the same prefix."""

from dataclasses import dataclass, field, replace

import torch

from seqkd import losses
from seqkd.losses.positions import Positions

P = torch.tensor([[0.50, 0.30, 0.15, 0.05]], dtype=torch.float64)
Q = torch.tensor([[0.20, 0.45, 0.05, 0.30]], dtype=torch.float64)
CASE = Positions(Q.log() + 7.0, torch.tensor([3]), P.log())


@dataclass
class Look:
    """What ``survey`` sees."""

    student: torch.Tensor
    teacher: torch.Tensor
    sentence: torch.Tensor
    memory: torch.Tensor = field(default_factory=lambda: torch.zeros(0))


def surveyed(name, positions, options, sentence=None):
    """The positions with the facts that the objective asks for; every position is a sentence if not said otherwise."""
    survey = getattr(losses.load(name), "survey", None)
    if survey is None or positions.teacher is None:
        return positions
    target = positions.target[:, None]
    own = [one.detach().gather(1, target)[:, 0] for one in (positions.log_q, positions.teacher)]
    fact = survey(Look(*own, torch.arange(len(target)) if sentence is None else sentence), options)
    return positions if fact is None else replace(positions, facts={name: fact})


def value(name, positions, **settings):
    """The objective with these settings, all its prefix sources giving the same prefixes."""
    module = losses.load(name)
    options = module.Options(**settings)
    positions = surveyed(name, positions, options)
    return sum(module.loss(replace(positions, prefix=prefix), options) for prefix in losses.prefixes_of(name))


def random_case(count=6, words=9, seed=0, dtype=torch.float64):
    """Positions with random student, teacher and targets."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (torch.randn(count, words, generator=generator, dtype=torch.float64) * 2 for _ in range(2))
    target = torch.randint(words, (count,), generator=generator)
    return Positions(student.to(dtype), target, teacher.to(dtype).log_softmax(-1))
