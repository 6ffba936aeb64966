"""SSIM: structural similarity."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range
from gifnet.metrics.filters import gaussian_weights, window_means

_WINDOW, _SIGMA = 11, 1.5


def ssim(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean SSIM over the sources.

    Args:
        sources: (H, W) each; the truth alone for the SSIM against the truth.
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Wang et al. 2004, 11x11 Gaussian window of sigma 1.5 inside the picture.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=_WINDOW
    )
    values = [_similarity(r, picture, positive_range(data_range)) for r in references]
    return float(np.mean(values))


def _similarity(a: Grey, b: Grey, data_range: float) -> float:
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    weights = gaussian_weights(_WINDOW, _SIGMA)
    mean_a, mean_b = window_means(a, weights), window_means(b, weights)
    variance_a = window_means(a * a, weights) - mean_a**2
    variance_b = window_means(b * b, weights) - mean_b**2
    covariance = window_means(a * b, weights) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    contrast = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return float(np.mean(luminance * contrast))
