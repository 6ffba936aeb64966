"""D_lambda: spectral distortion of a pansharpened picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import positive_range
from gifnet.metrics.block_quality import band_quality
from gifnet.metrics.pansharpening import pansharpening_pictures


def d_lambda(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure how the similarity between the bands changes, the mean over all pairs of bands.

    The similarity is the quality index of Wang and Bovik in blocks of 32x32 pixels of either
    scale; the exponent p is 1.

    Args:
        sources: The multispectral (h, w, C), at least 2 bands, and the panchromatic picture
            (H, W), H and W being the same whole multiple of h and w.
        fused: (H, W, C).
        data_range: Checked only: the index does not depend on it.

    Returns:
        0 to 2, in practice to 1; lower is less distorted.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Alparone et al., "Multispectral and panchromatic data fusion assessment without
    reference", Photogrammetric Engineering & Remote Sensing 74(2), 2008.
    """
    positive_range(data_range)
    multispectral, _, picture = pansharpening_pictures(
        sources, fused, data_range=data_range, least_bands=2
    )
    changes = np.abs(band_quality(picture) - band_quality(multispectral))
    bands = len(changes)
    return float((changes.sum() - np.trace(changes)) / (bands * (bands - 1)))
