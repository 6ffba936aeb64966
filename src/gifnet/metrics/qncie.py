"""QNCIE: nonlinear correlation information entropy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import eight_bit_levels, grey_pictures
from gifnet.metrics.histograms import mutual_information

_BITS = 8
"""log2(256): entropies are measured with the logarithm to the base 256."""


def qncie(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure 1 + sum e/3 log256(e/3), e being the eigenvalues of the nonlinear correlations.

    Both sources and the fused picture make a 3x3 matrix with 1 on its diagonal and
    I(X, Y) / log2(256) elsewhere. Liu's code stretches each picture to 0..255 first; that moves
    distinct 8-bit levels to distinct levels, so the value is the same without it.

    Args:
        sources: Two, (H, W) each; their order does not matter.
        fused: (H, W); values are rounded to 8-bit levels.
        data_range: Largest possible value.

    Returns:
        0.80188 (nothing in common; also where pictures are constant) to 1, higher is better. The
        range in use is narrow, and the sources' likeness to each other counts, too.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Wang et al. 2005, as in Liu et al. 2012 and MEFB.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2
    )
    levels = [eight_bit_levels(each, data_range) for each in (*references, picture)]
    correlations = np.eye(3)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        correlations[i, j] = correlations[j, i] = mutual_information(levels[i], levels[j]) / _BITS
    eigenvalues = np.linalg.eigvalsh(correlations) / 3
    # e log e goes to 0 with e; the matrix of three very unlike pictures may have e below 0
    eigenvalues = eigenvalues[eigenvalues > 0]
    return float(1 + np.sum(eigenvalues * np.log2(eigenvalues)) / _BITS)
