"""SD: standard deviation of the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range


def sd(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the standard deviation sqrt(mean((F - mean F)^2)) of the values.

    Args:
        sources: Not used; any number.
        fused: (H, W).
        data_range: Range of the values; the result is in 8-bit levels whatever it is.

    Returns:
        0 (a constant picture) to 127.5. Higher counts as better, but any stretch of the contrast
        raises it.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: as in VIFB and Tang's toolbox, of the population (divided by the number of pixels).
    """
    _, picture = grey_pictures(sources, fused, data_range=data_range)
    return float(np.std(picture) * (255 / positive_range(data_range)))
