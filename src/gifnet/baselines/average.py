"""The mean of the sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.pictures import Picture, grey_sources, within_range


def average(sources: Sequence[NDArray[Any]]) -> Picture:
    """Fuse by the mean of the sources, pixel by pixel.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
    """
    return within_range(np.stack(grey_sources(sources)).mean(axis=0, dtype=np.float64))
