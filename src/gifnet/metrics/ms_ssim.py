"""MS-SSIM: structural similarity at several scales."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range
from gifnet.metrics.filters import gaussian_weights, window_means
from gifnet.metrics.halving import halved

_WINDOW, _SIGMA = 11, 1.5
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_LEAST_SIDE = _WINDOW * 2 ** (len(_SCALE_WEIGHTS) - 1)


def ms_ssim(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the mean MS-SSIM over the sources: the product over 5 scales of powers.

    A scale's factor is the mean of contrast and structure (2 cov + c2) / (var + var + c2), at the
    coarsest scale times the luminance, to the power 0.0448, 0.2856, 0.3001, 0.2363 or 0.1333. The
    next scale has the means of 2x2 pixels; an odd last row or column is repeated.

    Args:
        sources: (H, W) each, any number; the truth alone for the MS-SSIM against the truth.
        fused: (H, W), at least 176x176.
        data_range: Largest possible value.

    Returns:
        0 to 1, which equal pictures reach; higher is better. A negative mean of a scale, which has
        no such power, counts as 0.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Wang et al. 2003. What Tang's toolbox calls MS_SSIM is ``mef_ms_ssim``.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=_LEAST_SIDE
    )
    limit = positive_range(data_range)
    products = np.ones(len(references))
    for scale, weight in enumerate(_SCALE_WEIGHTS):
        if scale:
            references, picture = [halved(each) for each in references], halved(picture)
        coarsest = scale == len(_SCALE_WEIGHTS) - 1
        factors = _factors(references, picture, limit, luminance=coarsest)
        products *= np.maximum(factors, 0) ** weight
    return float(products.mean())


def _factors(
    references: list[Grey], picture: Grey, data_range: float, *, luminance: bool
) -> list[float]:
    """The mean similarity of each reference (H, W) at this scale."""
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    weights = gaussian_weights(_WINDOW, _SIGMA)
    mean_b = window_means(picture, weights)
    variance_b = window_means(picture * picture, weights) - mean_b * mean_b
    values = []
    for reference in references:
        mean_a = window_means(reference, weights)
        variance_a = window_means(reference * reference, weights) - mean_a * mean_a
        means = mean_a * mean_b
        similarity = 2 * (window_means(reference * picture, weights) - means) + c2
        similarity /= variance_a + variance_b + c2
        if luminance:
            similarity *= (2 * means + c1) / (mean_a * mean_a + mean_b * mean_b + c1)
        values.append(float(similarity.mean()))
    return values
