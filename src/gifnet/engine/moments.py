"""Mean and deviation over channels and pixels, gathered tile by tile."""

import numpy as np

from gifnet.engine.folding import CHANNELS
from gifnet.engine.runtime import Sums

_EPSILON = 1e-5


class MomentSums:
    """Sums in float64: a hundred megapixels lose no digit that float32 has.

    Only the revised layer norm sees the whole picture, and only through these two numbers.
    """

    def __init__(self) -> None:
        self._count = 0
        self._sum = 0.0
        self._square = 0.0

    def add(self, pixels: Sums) -> None:
        """Add those of a tile's pixels."""
        self._count += pixels.sums.size * CHANNELS
        self._sum += float(pixels.sums.sum(dtype=np.float64))
        self._square += float(np.square(pixels.norms, dtype=np.float64).sum())

    def moments(self) -> tuple[float, float]:
        """Mean, and root of variance plus epsilon, as in ``RevisedLayerNorm``."""
        mean = self._sum / self._count
        variance = max(self._square / self._count - mean**2, 0.0)
        return mean, float(np.sqrt(variance + _EPSILON))
