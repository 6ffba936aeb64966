"""Floats of any range, brought into [0, 1] and back by one straight line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray


@dataclass(frozen=True)
class ValueRange:
    """The line that takes ``low`` to 0 and ``high`` to 1.

    Attributes:
        low: the least value.
        high: the largest.
    """

    low: float = 0.0
    high: float = 1.0

    @property
    def is_unit(self) -> bool:
        """Whether it is [0, 1], so that nothing is to be done."""
        return (self.low, self.high) == (0.0, 1.0)

    def to_unit(self, values: FloatArray) -> FloatArray:
        """Bring values of the range into [0, 1].

        Args:
            values: any shape, float32.

        Returns:
            The same shape, float32, cut to [0, 1] where rounding leaves it; NaN stays.
        """
        if self.is_unit:
            return values
        # In double precision: far from zero, float32 would round the difference.
        scale = 1.0 / (self.high - self.low)
        unit: FloatArray = np.empty_like(values)
        for row, line in enumerate(values):
            unit[row] = np.clip((line.astype(np.float64) - self.low) * scale, 0.0, 1.0)
        return unit

    def from_unit(self, unit: FloatArray) -> FloatArray:
        """Undo ``to_unit``.

        Args:
            unit: any shape, float32.

        Returns:
            The same shape, float32, in the range.
        """
        if self.is_unit:
            return unit
        values: FloatArray = np.empty_like(unit)
        for row, line in enumerate(unit):
            values[row] = line.astype(np.float64) * (self.high - self.low) + self.low
        return values


def find_range(
    pictures: Sequence[FloatArray], unknown: Sequence[NDArray[np.bool_] | None]
) -> ValueRange:
    """Find the range that holds all known values of some pictures.

    Args:
        pictures: (H, W) or (H, W, 3), float32.
        unknown: (H, W) for each, True where values do not count; None if all do.

    Returns:
        [0, 1] if that holds them; else from the least to the largest of all of them together.
    """
    extents = [known_extent(picture, mask) for picture, mask in zip(pictures, unknown, strict=True)]
    if not extents:
        return ValueRange()
    lows, highs = zip(*extents, strict=True)
    return range_of(min(lows), max(highs))


def known_extent(picture: FloatArray, unknown: NDArray[np.bool_] | None) -> tuple[float, float]:
    """Find the least and the largest known value of a picture.

    Args:
        picture: (H, W) or (H, W, 3), float32.
        unknown: (H, W), True where values do not count; None if all do.

    Returns:
        Both; infinity and its negative if nothing is known.
    """
    known = picture if unknown is None else picture[~unknown]
    return (float(known.min()), float(known.max())) if known.size else (np.inf, -np.inf)


def range_of(low: float, high: float) -> ValueRange:
    """Make the range that holds values of some extent.

    Args:
        low: the least value.
        high: the largest; below ``low`` if there is no value.

    Returns:
        [0, 1] if that holds them; else from the least to the largest.
    """
    if (low >= 0.0 and high <= 1.0) or low > high:
        return ValueRange()
    if low == high:
        high = low + max(abs(low), 1.0)
    return ValueRange(low, high)
