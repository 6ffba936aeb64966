"""Piella's quality index as published, with the universal quality index."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.filters import box_weights
from gifnet.metrics.local_quality import Quality, local_quality, universal_quality_map
from gifnet.metrics.sobel import fine_levels

WINDOW = 8
"""Side of the windows."""


def piella_uqi(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the mean of l Q(A, F) + (1 - l) Q(B, F), l = var A / (var A + var B).

    Q is Wang and Bovik's universal quality index in 8x8 windows. Two flat windows agree in
    structure, two black ones wholly; l is 1/2 in windows in which both sources are flat.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 8x8.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        -1 to 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Piella and Heijmans 2003, their Q.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=WINDOW
    )
    levels = [fine_levels(source, data_range) for source in pair]
    return universal_quality(levels, fine_levels(picture, data_range)).plain


def universal_quality(sources: list[Grey], fused: Grey) -> Quality:
    """Piella's Q and Q_W of two sources and a fused picture (H, W), in 8-bit levels."""
    return local_quality(sources, fused, box_weights(WINDOW), universal_quality_map)
