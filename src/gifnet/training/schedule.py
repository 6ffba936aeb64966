"""The learning rate by step."""

import torch

from gifnet.training.config import OptimiserConfig


def learning_rate(config: OptimiserConfig, step: int) -> float:
    """Tell the learning rate of a step: a straight warm-up, then constant or half a cosine.

    Args:
        config: Rate, schedule, warm-up and number of steps.
        step: 0 for the first step.
    """
    rate = config.learning_rate
    if step < config.warmup:
        return rate * (step + 1) / config.warmup
    if config.schedule == "cosine":
        left = 1 - (step - config.warmup) / max(config.steps - config.warmup, 1)
        return rate * (0.5 - 0.5 * float(torch.cos(torch.tensor(left * torch.pi))))
    return rate
