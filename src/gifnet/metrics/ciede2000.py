"""CIEDE2000: mean colour difference between the fused picture and the sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import MissingDependencyError
from gifnet.metrics.arguments import band_pictures, positive_range

_ROWS = 32


def ciede2000(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the mean CIEDE2000 difference of all pixels, and its mean over the sources.

    Args:
        sources: (H, W, 3) each, sRGB.
        fused: (H, W, 3), sRGB.
        data_range: Largest possible value; values outside [0, ``data_range``] count as its ends.

    Returns:
        At least 0, lower is nearer to the colours of the sources; about 1 is just noticeable. It
        contains differences of lightness, and sources that differ cannot all be met.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: scikit-image is not installed.

    Source: CIE 142-2001 by scikit-image, sRGB under standard daylight; Sharma et al. 2005.
    """
    try:
        from skimage import color
    except ModuleNotFoundError as error:
        raise MissingDependencyError("scikit-image", extra="eval", purpose="ciede2000") from error
    references, picture = band_pictures(sources, fused, data_range=data_range, bands=3)
    white = positive_range(data_range)

    def lab(pixels: NDArray[np.float64]) -> Any:
        return color.rgb2lab(np.clip(pixels / white, 0, 1))

    total = 0.0
    # a few rows at a time, as the formula has some thirty intermediate results of this size
    for top in range(0, len(picture), _ROWS):
        rows = slice(top, top + _ROWS)
        fused_lab = lab(picture[rows])
        for reference in references:
            total += float(color.deltaE_ciede2000(lab(reference[rows]), fused_lab).sum())
    height, width, _ = picture.shape
    return float(total / (height * width * len(references)))
