"""D_s: spatial distortion of a pansharpened picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Bands, Grey, positive_range
from gifnet.metrics.block_quality import band_quality
from gifnet.metrics.pansharpening import box_decimated, pansharpening_pictures


def d_s(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure how the similarity of the bands to the panchromatic picture changes, their mean.

    The similarity is the quality index of Wang and Bovik in blocks of 32x32 pixels of either
    scale; the exponent q is 1. The panchromatic picture comes to the lower resolution as the mean
    of the pixels that a multispectral pixel covers.

    Args:
        sources: The multispectral (h, w, C) and the panchromatic picture (H, W), H and W being
            the same whole multiple of h and w.
        fused: (H, W, C).
        data_range: Checked only: sources and fused picture have to share their range, whatever
            it is.

    Returns:
        0 to 2, in practice to 1; lower is less distorted.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Alparone et al., "Multispectral and panchromatic data fusion assessment without
    reference", Photogrammetric Engineering & Remote Sensing 74(2), 2008.
    """
    positive_range(data_range)
    multispectral, panchromatic, picture = pansharpening_pictures(
        sources, fused, data_range=data_range
    )
    height, width = multispectral.shape[:2]
    before = _similarity(multispectral, box_decimated(panchromatic, (height, width)))
    after = _similarity(picture, panchromatic)
    return float(np.abs(after - before).mean())


def _similarity(bands: Bands, panchromatic: Grey) -> NDArray[np.float64]:
    """Quality index (C,) of each band with the panchromatic picture of its scale."""
    return band_quality(np.dstack([bands, panchromatic]))[:-1, -1]
