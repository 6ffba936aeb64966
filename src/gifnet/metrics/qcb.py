"""QCB: Chen and Blum's perceptual quality, the preserved local contrast."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.contrast_sensitivity import perceived, stretched_levels
from gifnet.metrics.filters import ndimage

_VIEWING = 30
_REACH = 15  # the Gaussians are cut off at this distance
_NARROW, _WIDE = 2.0, 4.0
_NO_LIGHT = 1e-9  # levels; less is rounding of the transforms


def qcb(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure how much of the sources' masked contrast the fused picture has.

    Each picture is stretched to 0..255, rounded and filtered by the contrast sensitivity
    exp(-(r / 15.387)^2) - 0.7622 exp(-(r / 1.3456)^2); its contrast is |G2 / G4 - 1|, G2 and G4
    being blurs by Gaussians of sigma 2 and 4, and its masked contrast c^3 / (c^2 + 0.0001). Of each
    pixel counts min / max of the masked contrasts of a source and the fused picture, the sources
    weighted by their squared masked contrasts. Where no light is left at all, G4 being rounding
    only, the contrast is 1, its limit away from what is lit; two contrasts of 0 agree.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W).
        data_range: Range of the values; the result does not depend on it.

    Returns:
        0 to 1, which equal pictures reach; higher is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Chen and Blum 2009, with the constants and borders of Liu et al. 2012. Large black
        areas make toolboxes follow rounding errors, by up to 0.1 %.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2
    )
    of_a, of_b, of_f = (
        _masked_contrast(stretched_levels(image, data_range)) for image in (*pair, picture)
    )
    towards_a, towards_b = _agreement(of_a, of_f), _agreement(of_b, of_f)
    of_a *= of_a
    of_b *= of_b
    of_b += of_a
    share = np.where(of_b > 0, of_a / np.where(of_b > 0, of_b, 1), 0.5)
    return float(np.mean(towards_b + share * (towards_a - towards_b)))


def _sensitivity(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(
        np.exp(-((frequencies / 15.3870) ** 2)) - 0.7622 * np.exp(-((frequencies / 1.3456) ** 2))
    )


def _masked_contrast(picture: Grey) -> Grey:
    seen = perceived(picture, _sensitivity, _VIEWING)
    narrow, wide = _blurred(seen, _NARROW), _blurred(seen, _WIDE)
    unlit = np.abs(wide) <= _NO_LIGHT
    wide[unlit], narrow[unlit] = 1, 0
    narrow /= wide
    narrow -= 1
    np.abs(narrow, out=narrow)
    square = narrow * narrow
    narrow *= square
    square += 0.0001
    narrow /= square
    return narrow


def _blurred(picture: Grey, sigma: float) -> Grey:
    """Blur a picture with zeros around it; the cut weights are not made to add up to 1."""
    offsets = np.arange(-_REACH, _REACH + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi) * sigma)
    filters = ndimage()
    rows = filters.correlate1d(picture, weights, axis=0, mode="constant")
    return np.asarray(filters.correlate1d(rows, weights, axis=1, mode="constant"), np.float64)


def _agreement(a: Grey, b: Grey) -> Grey:
    larger = np.maximum(a, b)
    return np.where(larger > 0, np.minimum(a, b) / np.where(larger > 0, larger, 1), 1)
