"""Pearson's correlation of two pictures."""

import numpy as np

from gifnet.metrics.arguments import Grey

_ROUNDING = 1e-9
"""Share of the range below which differences are rounding errors."""


def is_constant(picture: Grey, data_range: float) -> bool:
    """Whether all values (H, W) are equal up to rounding, so that nothing correlates with them."""
    return bool(np.ptp(picture) <= _ROUNDING * data_range)


def correlation(a: Grey, b: Grey) -> float:
    """Pearson's correlation of two pictures (H, W) that are not constant, from -1 to 1."""
    deviation_a, deviation_b = a - a.mean(), b - b.mean()
    scale = np.sqrt(np.vdot(deviation_a, deviation_a) * np.vdot(deviation_b, deviation_b))
    return float(np.clip(np.vdot(deviation_a, deviation_b) / scale, -1, 1))
