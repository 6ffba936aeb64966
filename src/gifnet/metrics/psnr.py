"""PSNR: peak signal-to-noise ratio."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures


def psnr(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure 10 log10(1 / MSE), the MSE on [0, 1] being the mean over the sources.

    Args:
        sources: (H, W) each; the truth alone for the PSNR against the truth.
        fused: (H, W).
        data_range: Largest possible value.

    Returns:
        Decibels, higher is nearer; infinity for equal pictures.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: the textbook definition; toolboxes that report 48.13 dB more mix two ranges.
    """
    references, picture = grey_pictures(sources, fused, least_sources=1)
    error = np.mean([np.mean(((r - picture) / data_range) ** 2) for r in references])
    return float("inf") if error == 0 else float(-10 * np.log10(error))
