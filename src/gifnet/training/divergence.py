"""A run that no longer computes numbers stops before it spoils what it saved."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from gifnet.errors import ConfigError
from gifnet.imaging.arrays import Picture


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


def require_pictures(fused: Iterable[Picture], *, step: int) -> None:
    """Refuse a network that answers everything with one level.

    Its tanh has saturated: no gradient comes through, so it would never recover.

    Args:
        fused: Results of pairs that are not flat.
        step: Steps done.

    Raises:
        ConfigError: Every result is flat.
    """
    if all(np.ptp(picture) == 0 for picture in fused):
        raise ConfigError(
            f"the run collapsed by step {step}: expected fused pictures, got one level all over "
            "in each of them; lower optimiser.learning_rate or set optimiser.clip, and start anew"
        )
