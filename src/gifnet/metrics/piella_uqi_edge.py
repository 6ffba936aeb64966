"""Piella's edge-dependent quality index as published, with the universal quality index."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures
from gifnet.metrics.local_quality import prewitt_edges
from gifnet.metrics.piella_uqi import WINDOW, universal_quality
from gifnet.metrics.sobel import fine_levels


def piella_uqi_edge(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure ``piella_uqi_weighted`` of the pictures times the same of their edges.

    The edges are the magnitude of the Prewitt gradient, the picture going on with its outermost
    pixels.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 8x8.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        -1 to 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Piella and Heijmans 2003, their Q_E with alpha = 1.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=WINDOW
    )
    levels = [fine_levels(source, data_range) for source in pair]
    target = fine_levels(picture, data_range)
    edges = [prewitt_edges(level, border="nearest") for level in levels]
    of_edges = universal_quality(edges, prewitt_edges(target, border="nearest")).weighted
    return universal_quality(levels, target).weighted * of_edges
