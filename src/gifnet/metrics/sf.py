"""SF: spatial frequency of the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range


def sf(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the spatial frequency sqrt(mean(dx^2) + mean(dy^2)) of neighbours' differences.

    Args:
        sources: Not used; any number.
        fused: (H, W), at least 2x2.
        data_range: Range of the values; the result is in 8-bit levels whatever it is.

    Returns:
        At least 0, which a constant picture has. Higher counts as better, but it grows with noise
        and over-sharpening, too.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Eskicioglu and Fisher 1995, each mean over the differences that there are, as in Tang's
    toolbox; VIFB divides by the number of pixels instead (0.1 % less).
    """
    _, picture = grey_pictures(sources, fused, data_range=data_range, least_side=2)
    squares = sum(_mean_square(np.diff(picture, axis=axis)) for axis in (0, 1))
    return float(np.sqrt(squares) * (255 / positive_range(data_range)))


def _mean_square(differences: NDArray[np.float64]) -> float:
    return float(np.vdot(differences, differences) / differences.size)
