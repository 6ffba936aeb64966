"""SSIM: structural similarity."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError
from gifnet.metrics.arguments import Grey, grey_pictures

_WINDOW, _SIGMA = 11, 1.5


def ssim(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean SSIM over the sources.

    Args:
        sources: (H, W) each; the truth alone for the SSIM against the truth.
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, which equal pictures reach.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Wang et al. 2004, 11x11 Gaussian window of sigma 1.5 inside the picture.
    """
    references, picture = grey_pictures(sources, fused, least_sources=1)
    if min(picture.shape) < _WINDOW:
        raise ImageSizeError(
            f"expected a picture of at least {_WINDOW}x{_WINDOW} pixels, got {picture.shape}"
        )
    values = [_similarity(reference, picture, data_range) for reference in references]
    return float(np.mean(values))


def _similarity(a: Grey, b: Grey, data_range: float) -> float:
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mean_a, mean_b = _window_mean(a), _window_mean(b)
    variance_a = _window_mean(a * a) - mean_a**2
    variance_b = _window_mean(b * b) - mean_b**2
    covariance = _window_mean(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    contrast = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return float(np.mean(luminance * contrast))


def _window_mean(picture: Grey) -> Grey:
    """Gaussian-weighted means of all windows inside the picture, one axis after the other."""
    offsets = np.arange(_WINDOW) - _WINDOW // 2
    weights = np.exp(-(offsets**2) / (2 * _SIGMA**2))
    weights /= weights.sum()
    rows = picture.shape[0] - _WINDOW + 1
    columns = picture.shape[1] - _WINDOW + 1
    means = sum(w * picture[i : i + rows] for i, w in enumerate(weights))
    total: Grey = np.asarray(sum(w * means[:, i : i + columns] for i, w in enumerate(weights)))
    return total
