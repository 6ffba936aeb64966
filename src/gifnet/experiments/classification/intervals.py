"""Means over few seeds, and how sure they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval.

    Attributes:
        mean: of the values.
        half: half of the interval's width; NaN for fewer than two values.
        count: of the values.
    """

    mean: float
    half: float
    count: int

    @property
    def excludes_zero(self) -> bool:
        """Whether zero is not within the interval; False where there is none."""
        return abs(self.mean) > self.half


def interval_of(values: Sequence[float]) -> Interval:
    """Find the mean and its 95 % interval by Student's t, as for a normal spread over seeds.

    Args:
        values: one for each seed, at least one.

    Returns:
        The interval; of differences between two methods with the same seeds it is the paired one.
    """
    from scipy import stats

    array = np.asarray(values, np.float64)
    if len(array) < 2:
        return Interval(float(array.mean()), math.nan, len(array))
    quantile = float(stats.t.ppf((1 + _CONFIDENCE) / 2, len(array) - 1))
    error = float(array.std(ddof=1)) / math.sqrt(len(array))
    return Interval(float(array.mean()), quantile * error, len(array))


def binomial_half(percent: float, count: int) -> float:
    """Tell how far an accuracy may be off because there are but so many test pictures.

    Args:
        percent: the accuracy.
        count: test pictures.

    Returns:
        Half of the 95 % interval by the normal approximation, in per cent.
    """
    share = percent / 100
    return 100 * 1.96 * math.sqrt(share * (1 - share) / count)
