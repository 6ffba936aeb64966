"""Stretching a picture's luma to the whole range."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gifnet.imaging.arrays import FloatArray

# So many of the darkest and of the brightest pixels may be cut off: dead pixels, sparks.
_CUT = 0.001
# A picture with hardly any contrast would become noise.
_LARGEST_GAIN = 4.0
_BINS = 2**14


@dataclass(frozen=True)
class Stretch:
    """A line through luma, and the same for each colour channel, so that hues stay.

    Attributes:
        low: becomes 0.
        gain: the line's slope.
    """

    low: float = 0.0
    gain: float = 1.0

    @property
    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return self == Stretch()

    def luma(self, luma: FloatArray) -> FloatArray:
        """Stretch luma in [0, 1]; it stays in it."""
        stretched: FloatArray = (luma - np.float32(self.low)) * np.float32(self.gain)
        return np.clip(stretched, 0.0, 1.0)

    def chroma(self, chroma: FloatArray) -> FloatArray:
        """Stretch chroma along."""
        stretched: FloatArray = chroma * np.float32(self.gain)
        return stretched


def find_stretch(strips: Iterable[FloatArray]) -> Stretch:
    """Find the line that takes a picture to the whole range.

    Args:
        strips: its luma, in parts, float32 in [0, 1].

    Returns:
        The line from the value that 0.1 % of the pixels are below to the one that 0.1 % are
        above; no steeper than 4, and then around their middle.
    """
    counts = np.zeros(_BINS, np.int64)
    for strip in strips:
        places = np.minimum((strip * np.float32(_BINS)).astype(np.int64), _BINS - 1)
        counts += np.bincount(places.ravel(), minlength=_BINS)
    shares = np.cumsum(counts) / max(int(counts.sum()), 1)
    low = int(np.searchsorted(shares, _CUT, side="right")) / _BINS
    high = (int(np.searchsorted(shares, 1.0 - _CUT)) + 1) / _BINS
    if high - low < 1.0 / _LARGEST_GAIN:
        middle = (low + high) / 2
        low = min(max(middle - 0.5 / _LARGEST_GAIN, 0.0), 1.0 - 1.0 / _LARGEST_GAIN)
        return Stretch(low, _LARGEST_GAIN)
    return Stretch(low, 1.0 / (high - low))
