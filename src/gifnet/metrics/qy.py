"""QY: Yang's similarity, which asks for the nearer source where the sources disagree."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures
from gifnet.metrics.filters import gaussian_weights
from gifnet.metrics.local_quality import (
    covariance,
    is_dark,
    moments,
    share,
    strips,
    universal_quality_map,
)
from gifnet.metrics.sobel import fine_levels

_WINDOW, _SIGMA = 7, 1.5
_AGREEMENT = 0.75


def qy(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean of l S(A, F) + (1 - l) S(B, F), or of max(S(A, F), S(B, F)).

    The first where S(A, B) >= 0.75, with l = var A / (var A + var B), the second elsewhere; S is
    SSIM without constants in a 7x7 Gaussian window of sigma 1.5. Windows in which both sources are
    black do not count, unless all are. Two flat windows agree in structure, two black ones wholly;
    l is 1/2 in windows in which both sources are flat.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 7x7.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        -1 to 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Yang et al. 2008. Agrees with Liu et al. 2012 but on saturated areas, where
        toolboxes follow rounding errors and nothing verifies this rule.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=_WINDOW
    )
    levels = [fine_levels(image, data_range) for image in (*pair, picture)]
    weights = gaussian_weights(_WINDOW, _SIGMA)
    total, counted, dark_total, dark_counted = 0.0, 0, 0.0, 0
    for a, b, f in strips(levels, _WINDOW):
        of_a, of_b, of_f = (moments(level, weights) for level in (a, b, f))
        to_a = universal_quality_map(of_a, of_f, covariance(a, f, of_a, of_f, weights))
        to_b = universal_quality_map(of_b, of_f, covariance(b, f, of_b, of_f, weights))
        between = universal_quality_map(of_a, of_b, covariance(a, b, of_a, of_b, weights))
        mixed = to_b + share(of_a, of_b) * (to_a - to_b)
        quality = np.where(between >= _AGREEMENT, mixed, np.maximum(to_a, to_b))
        counts = ~(is_dark(of_a) & is_dark(of_b))
        total += float(quality[counts].sum())
        counted += int(counts.sum())
        dark_total += float(quality[~counts].sum())
        dark_counted += int((~counts).sum())
    return total / counted if counted else dark_total / dark_counted
