"""The learning rate as a function of the update."""

import math

from seqkd.training.settings import TrainingSettings


def learning_rate(settings: TrainingSettings, update: int) -> float:
    """Learning rate of ``update`` (the first is 1): a linear warm-up, then ``schedule``.

    inverse-sqrt follows Vaswani et al. 2017, section 5.3, scaled so that the warm-up ends at ``learning_rate``.
    """
    if update < settings.warmup_updates:
        return settings.learning_rate * update / settings.warmup_updates
    left = (settings.updates - update) / max(1, settings.updates - settings.warmup_updates)
    factors = {
        "inverse-sqrt": math.sqrt(max(1, settings.warmup_updates) / max(1, update)),
        "linear": left,
        "cosine": (1 + math.cos(math.pi * (1 - left))) / 2,
        "constant": 1.0,
    }
    return settings.learning_rate * factors[settings.schedule]
