"""QW: Piella's weighted quality index with a Gaussian SSIM map."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.filters import gaussian_weights
from gifnet.metrics.local_quality import local_quality, ssim_map
from gifnet.metrics.sobel import fine_levels

WINDOW = 11
"""Side of the windows."""

_SIGMA = 1.5
_DARK_SALIENCY = 0.5


def qw(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure as ``qs``, but each window weighs max(var A, var B).

    Windows in which both sources are black weigh 1/2, as in Liu's toolbox; other windows in which
    both are flat weigh nothing. If no window weighs anything, all weigh the same.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Piella and Heijmans 2003 in the variant of Liu et al. 2012; see ``qs``.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=WINDOW
    )
    levels = [fine_levels(source, data_range) for source in pair]
    return weighted_similarity(levels, fine_levels(picture, data_range))


def weighted_similarity(sources: list[Grey], fused: Grey) -> float:
    """QW of two sources and a fused picture (H, W), in 8-bit levels."""
    weights = gaussian_weights(WINDOW, _SIGMA)
    quality = local_quality(sources, fused, weights, ssim_map, dark_saliency=_DARK_SALIENCY)
    return quality.weighted
