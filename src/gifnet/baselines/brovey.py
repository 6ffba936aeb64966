"""Pansharpening by the Brovey transform."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.component_substitution import matched_panchromatic, upsampled
from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, pansharpening_sources, within_range

_DARK = 1e-6


def brovey(multispectral: NDArray[Any], panchromatic: NDArray[Any]) -> Picture:
    """Multiply all bands by the panchromatic picture over their mean.

    The bands are enlarged by bicubic interpolation, and the panchromatic picture is given the mean
    and the standard deviation of the intensity, their mean. Where the intensity is 0 there is no
    colour to scale and the bands become the panchromatic value.

    Args:
        multispectral: (h, w, C), floating point, 0 to 1.
        panchromatic: (H, W), likewise, H and W being the same whole multiple of h and w.

    Returns:
        (H, W, C), 0 to 1.

    Raises:
        ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Gillespie, Kahle and Walker, "Color enhancement of highly correlated images II", Remote
    Sensing of Environment 22(3), 1987, as in the comparison of Vivone et al. 2015.
    """
    cv2 = opencv("brovey")
    low, high = pansharpening_sources(multispectral, panchromatic)
    bands = within_range(upsampled(cv2, low, high.shape))
    intensity = bands.mean(axis=2, dtype=np.float64)
    matched = np.maximum(matched_panchromatic(high, intensity), 0)
    lit = intensity > _DARK
    ratio = matched / np.where(lit, intensity, 1)
    fused = np.where(lit[:, :, None], bands * ratio[:, :, None], matched[:, :, None])
    return within_range(fused)
