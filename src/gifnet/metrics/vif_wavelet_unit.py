"""VIF in the wavelet domain of pictures in [0, 1], the mean over the sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.wavelet_vif import LEAST_SIDE, wavelet_vif

_NOISE = 0.4


def vif_wavelet_unit(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the mean over the sources of VIF in two orientations of a steerable pyramid.

    VIF = sum log(1 + g^2 s l / (v + 0.4)) / sum log(1 + s l / 0.4): s l is the variance of a
    coefficient of the source under a Gaussian scale mixture, g the factor and v the variance of
    the noise that make the fused picture of it. The sums go over blocks of 3x3 coefficients and
    four levels.

    The noise of the eye, a variance of 0.4, is meant for pictures up to 255. In [0, 1] it drowns
    everything, log(1 + x) turns to x, and what is left is sum g^2 s / sum s: the contrast that the
    fused picture has in common with the source over that of the source, whatever it adds.

    Args:
        sources: (H, W) each, none of them constant.
        fused: (H, W), at least 65x65.
        data_range: Largest possible value; the pictures are divided by it.

    Returns:
        At least 0, higher is better by convention; 1 for equal pictures, but it grows with the
        square of the contrast of the fused picture, with over-sharpening, and even with noise, of
        which every window finds some in common with the source.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Sheikh and Bovik 2006; on [0, 1] as several fusion toolboxes do, and probably the
    GIFNet paper.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=LEAST_SIDE
    )
    scale = 1 / positive_range(data_range)
    values = wavelet_vif([source * scale for source in references], picture * scale, _NOISE)
    return float(np.mean(values))
