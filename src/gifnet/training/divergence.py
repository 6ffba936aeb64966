"""A run that no longer computes numbers stops before it spoils what it saved."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gifnet.errors import ConfigError


def require_numbers(values: Mapping[str, float | Tensor], *, step: int) -> None:
    """Refuse NaN and infinity.

    Args:
        values: Losses or weights by name.
        step: The step that gave them.

    Raises:
        ConfigError: A value is not a number.
    """
    for name, value in values.items():
        if not torch.isfinite(torch.as_tensor(value)).all():
            raise ConfigError(
                f"the run diverged in step {step}: expected a number as {name}, got NaN or "
                "infinity; lower optimiser.learning_rate or set optimiser.clip, and start anew "
                "(the last saved state and weights are kept)"
            )
