"""Which channels to show: those of most energy, so that nobody picks by hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray


def channel_energies(maps: FloatArray) -> NDArray[np.float64]:
    """Measure the energy of each map: its variance over the picture.

    A map that is the same everywhere says nothing of the picture, however large it is.

    Args:
        maps: (C, H, W).

    Returns:
        (C,), not negative.
    """
    return np.asarray([one.var(dtype=np.float64) for one in maps], np.float64)


def energy_shares(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each channel's part of the whole energy, in [0, 1]; zeros where there is none."""
    total = energies.sum()
    return energies / total if total > 0 else np.zeros_like(energies)


def strongest(shares: Sequence[NDArray[np.float64]], count: int) -> tuple[int, ...]:
    """Choose channels by their energy.

    Args:
        shares: (C,) each, of the same channels at one place or more; their mean counts.
        count: how many, or all if there are fewer.

    Returns:
        Numbers of channels, the strongest first; of equal ones the lower number.
    """
    mean = np.mean(np.stack(list(shares)), axis=0)
    return tuple(int(number) for number in np.argsort(-mean, kind="stable")[:count])
