"""ERGAS: relative dimensionless global error of synthesis."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import band_pictures, positive_range


def ergas(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float = 255,
    ratio: float = 4,
) -> float:
    """Measure 100 / ratio times the root mean square over the bands of RMSE / mean of the truth.

    Args:
        sources: The truth (H, W, C) alone.
        fused: (H, W, C).
        data_range: Checked only: the error is relative.
        ratio: How many times larger the pixels of the multispectral source are than those of
            the panchromatic one, 4 for QuickBird; positive.

    Returns:
        At least 0, lower is nearer.

    Raises:
        ImageValueError: The pictures or the ratio cannot be measured, or a band of the truth has
            the mean 0, to which no error is relative.
        ImageSizeError: The sizes differ.

    Source: Wald, "Quality of high resolution synthesised images: is there a simple criterion?",
    Fusion of Earth Data, 2000.
    """
    positive_range(data_range)
    if not (np.isfinite(ratio) and ratio > 0):
        raise ImageValueError(f"expected a positive ratio of the pixel sizes, got {ratio}")
    [truth], picture = band_pictures(sources, fused, data_range=data_range, most_sources=1)
    means, largest = truth.mean(axis=(0, 1)), np.abs(truth).max(axis=(0, 1))
    empty = np.flatnonzero(np.abs(means) <= 1e-12 * largest)
    if empty.size:
        raise ImageValueError(
            f"expected a truth with a mean in every band, got 0 in band {empty[0] + 1} of "
            f"{means.size}: leave the band out"
        )
    errors = np.mean((truth - picture) ** 2, axis=(0, 1))
    return float(100 / ratio * np.sqrt(np.mean(errors / means**2)))
