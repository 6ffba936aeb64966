"""SCC: spatial correlation coefficient."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, band_pictures, positive_range

_ROUNDING = 1e-12


def scc(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure how the details correlate: the mean over the bands of one coefficient each.

    Details are what the 3x3 Laplacian with 8 in the middle and -1 around it gives inside the
    picture. The coefficient is Pearson's over the whole band, not a mean over windows as in some
    libraries. It is 1 where neither band has details, 0 where only one has.

    Args:
        sources: The truth (H, W, C) alone.
        fused: (H, W, C), at least 3x3.
        data_range: Checked only: a correlation does not depend on it.

    Returns:
        -1 to 1, higher is nearer; what is added to or multiplied with a band does not count.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Zhou, Civco and Silander, "A wavelet transform method to merge Landsat TM and SPOT
    panchromatic data", International Journal of Remote Sensing 19(4), 1998.
    """
    positive_range(data_range)
    [truth], picture = band_pictures(
        sources, fused, data_range=data_range, most_sources=1, least_side=3
    )
    pairs = zip(np.moveaxis(truth, 2, 0), np.moveaxis(picture, 2, 0), strict=True)
    return float(np.mean([_correlation(a, b) for a, b in pairs]))


def _correlation(a: Grey, b: Grey) -> float:
    details_a, details_b = _details(a), _details(b)
    norm_a, norm_b = np.linalg.norm(details_a), np.linalg.norm(details_b)
    if norm_a == 0 or norm_b == 0:
        return float(norm_a == norm_b)
    return float(np.clip(np.vdot(details_a / norm_a, details_b / norm_b), -1, 1))


def _details(picture: Grey) -> Grey:
    """The Laplacian less its mean; 0 throughout where it is nothing but rounding."""
    rows = picture[:-2] + picture[1:-1] + picture[2:]
    around = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    laplacian = 9 * picture[1:-1, 1:-1] - around
    laplacian -= laplacian.mean()
    if np.abs(laplacian).max() <= _ROUNDING * np.abs(picture).max():
        return np.zeros_like(laplacian)
    return np.asarray(laplacian, np.float64)
