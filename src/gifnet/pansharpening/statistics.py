"""Mean, deviation and range of a band, gathered block by block."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gifnet.pansharpening.rasters import Window


@dataclass(frozen=True)
class Statistics:
    """Of what of a band is data.

    Attributes:
        count: pixels.
        least: the smallest value.
        largest: the largest.
        mean: of the values.
        deviation: their standard deviation.
    """

    count: int
    least: float
    largest: float
    mean: float
    deviation: float


def statistics(windows: Iterable[Window]) -> Statistics:
    """Gather the statistics of windows.

    Args:
        windows: of one band, each pixel in one of them.

    Returns:
        The statistics; all 0 where there is no data.
    """
    count, mean, squares = 0, 0.0, 0.0
    least, largest = np.inf, -np.inf
    for values, valid in windows:
        data = values[valid].astype(np.float64)
        if not data.size:
            continue
        least, largest = min(least, data.min()), max(largest, data.max())
        difference = data.mean() - mean
        squares += data.var() * data.size + difference**2 * count * data.size / (count + data.size)
        count += data.size
        mean += difference * data.size / count
    if not count:
        return Statistics(0, 0.0, 0.0, 0.0, 0.0)
    return Statistics(count, float(least), float(largest), mean, float(np.sqrt(squares / count)))
