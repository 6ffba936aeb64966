"""AG: average gradient of the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range


def ag(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the average gradient, the sum of sqrt((gx^2 + gy^2) / 2) over (M-1)(N-1).

    Args:
        sources: Not used; any number.
        fused: (H, W), at least 2x2.
        data_range: Range of the values; the result is in 8-bit levels whatever it is.

    Returns:
        At least 0. Higher counts as better, but it grows with noise and over-sharpening, too.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: as in VIFB and Tang's toolbox, gx and gy being central differences.
    """
    _, picture = grey_pictures(sources, fused, data_range=data_range, least_side=2)
    rows, columns = np.gradient(picture * (255 / positive_range(data_range)))
    total = np.sqrt((rows**2 + columns**2) / 2).sum()
    return float(total / ((picture.shape[0] - 1) * (picture.shape[1] - 1)))
