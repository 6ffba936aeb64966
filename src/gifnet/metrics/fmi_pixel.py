"""FMI of the pixels: feature mutual information of the values themselves."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.fast_fmi import SIDE, fast_fmi


def fmi_pixel(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the feature mutual information of the values, mean of 2 I / (H_source + H_fused).

    In each 3x3 window I is the mutual information of the two windows and H their entropies, the
    values being taken as distributions over the nine places. A pair of windows counts 0 if one of
    them is flat, for it shares nothing, or if each of the two is one bright pixel (no entropy).

    Args:
        sources: (H, W) each, at least one.
        fused: (H, W), at least 3x3.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        0 to 1 but for single windows, higher is better; equal pictures reach the share of their
        windows that are not flat.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Haghighat and Razian 2014, feature "none". The window is read column by column, so a
        transposed picture has a slightly different value. Papers that name no feature mean edges.
    """
    pictures, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=SIDE
    )
    return fast_fmi(pictures, picture, data_range=positive_range(data_range))
