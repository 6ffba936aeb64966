"""QE: Piella's edge-dependent quality index with a Gaussian SSIM map."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures
from gifnet.metrics.local_quality import prewitt_edges
from gifnet.metrics.qw import WINDOW, weighted_similarity
from gifnet.metrics.sobel import fine_levels


def qe(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure QW of the pictures times QW of their edges.

    The edges are the magnitude of the unnormalised Prewitt gradient, with zeros around the picture.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Piella and Heijmans 2003 (alpha = 1) in the variant of Liu et al. 2012; the flat rules
        are those of ``qw``. What one toolbox calls Qw is the second factor alone.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=WINDOW
    )
    levels = [fine_levels(source, data_range) for source in pair]
    target = fine_levels(picture, data_range)
    edges = [prewitt_edges(level, border="constant") for level in levels]
    of_edges = weighted_similarity(edges, prewitt_edges(target, border="constant"))
    return weighted_similarity(levels, target) * of_edges
