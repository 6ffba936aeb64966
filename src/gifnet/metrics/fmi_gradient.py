"""FMI of the gradient: feature mutual information of the gradient's magnitude."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range
from gifnet.metrics.fast_fmi import SIDE, fast_fmi


def fmi_gradient(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the feature mutual information of the gradient's magnitude.

    As ``fmi_pixel``, of sqrt(gx^2 + gy^2), central differences inside and one-sided at the border.

    Args:
        sources: (H, W) each, at least one.
        fused: (H, W), at least 3x3.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        0 to 1 but for single windows, higher is better; equal pictures reach the share of their
        windows in which the gradient is not constant.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Haghighat and Razian 2014, feature "gradient". Toolboxes differ in what they call the
        gradient, so this one is not compared with any of them.
    """
    pictures, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=SIDE
    )
    features = [_magnitude(source) for source in pictures]
    return fast_fmi(features, _magnitude(picture), data_range=positive_range(data_range))


def _magnitude(picture: Grey) -> Grey:
    rows, columns = np.gradient(picture)
    return np.asarray(np.sqrt(rows**2 + columns**2), np.float64)
