"""FMI of the cosine transform: feature mutual information of the coefficients."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range
from gifnet.metrics.fast_fmi import SIDE, fast_fmi
from gifnet.metrics.transforms import fourier


def fmi_dct(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the feature mutual information of the cosine transform of the whole pictures.

    As ``fmi_pixel``, of the coefficients of the orthonormal DCT-II instead of the pixels.

    Args:
        sources: (H, W) each, at least one.
        fused: (H, W), at least 3x3.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        0 to 1 but for single windows, higher is better; equal pictures reach the share of the
        windows of coefficients that are not all equal, as a rule 1.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Haghighat and Razian 2014, feature "dct".
    """
    pictures, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=SIDE
    )
    features = [_coefficients(source) for source in pictures]
    return fast_fmi(features, _coefficients(picture), data_range=positive_range(data_range))


def _coefficients(picture: Grey) -> Grey:
    return np.asarray(fourier().dctn(picture, norm="ortho"), np.float64)
