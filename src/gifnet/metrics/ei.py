"""EI: edge intensity of the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.sobel import magnitude, sobel


def ei(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the edge intensity, the mean of sqrt(gx^2 + gy^2), gx and gy being Sobel's gradients.

    Args:
        sources: Not used; any number.
        fused: (H, W).
        data_range: Range of the values; the result is in 8-bit levels whatever it is.

    Returns:
        At least 0, which a constant picture has. Higher counts as better, but it grows with noise
        and over-sharpening, too.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: as in VIFB and MEFB: weights 1, 2, 1 not divided by their sum, edge pixels repeated.
    """
    _, picture = grey_pictures(sources, fused, data_range=data_range)
    lengths = magnitude(*sobel(picture, "nearest"))
    return float(np.mean(lengths) * (255 / positive_range(data_range)))
