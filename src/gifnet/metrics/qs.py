"""QS: Piella's quality index with a Gaussian SSIM map."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures
from gifnet.metrics.filters import gaussian_weights
from gifnet.metrics.local_quality import local_quality, ssim_map
from gifnet.metrics.sobel import fine_levels

_WINDOW, _SIGMA = 11, 1.5


def qs(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean of l SSIM(A, F) + (1 - l) SSIM(B, F), l = var A / (var A + var B).

    l is 1/2 in windows in which both sources are flat, where toolboxes follow rounding errors.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Piella and Heijmans 2003 in the variant of Liu et al. 2012: SSIM in an 11x11 Gaussian
        window of sigma 1.5 in place of the universal quality index.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=_WINDOW
    )
    levels = [fine_levels(source, data_range) for source in pair]
    weights = gaussian_weights(_WINDOW, _SIGMA)
    return local_quality(levels, fine_levels(picture, data_range), weights, ssim_map).plain
