"""Mean and deviation over channels and pixels, gathered tile by tile."""

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.folding import CHANNELS

_EPSILON = 1e-5


class MomentSums:
    """Sums in float64: a hundred megapixels lose no digit that float32 has.

    Only the revised layer norm sees the whole picture, and only through these two numbers.
    """

    def __init__(self) -> None:
        self._count = 0
        self._sum = 0.0
        self._square = 0.0

    def add(self, sums: NDArray[np.float32], norms: NDArray[np.float32]) -> None:
        """Add pixels.

        Args:
            sums: sum over the channels of each pixel, any shape.
            norms: root of the sum of squares over the channels, same shape.
        """
        self._count += sums.size * CHANNELS
        self._sum += float(sums.sum(dtype=np.float64))
        self._square += float(np.square(norms, dtype=np.float64).sum())

    def moments(self) -> tuple[float, float]:
        """Mean, and root of variance plus epsilon, as in ``RevisedLayerNorm``."""
        mean = self._sum / self._count
        variance = max(self._square / self._count - mean**2, 0.0)
        return mean, float(np.sqrt(variance + _EPSILON))
