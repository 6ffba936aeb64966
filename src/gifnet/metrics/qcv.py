"""QCV: Chen and Varshney's visible difference from the sources, in salient regions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.contrast_sensitivity import perceived, stretched_levels
from gifnet.metrics.sobel import sobel

_BLOCK = 16
_VIEWING = 8


def qcv(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the visible squared difference from the sources, weighted by their gradients.

    All pictures are stretched to 0..255 and rounded. In blocks of 16x16, the mean square of source
    less fused picture, filtered by the contrast sensitivity
    2.6 (0.0192 + 0.144 r) exp(-(0.144 r)^1.1), is weighted by the sum of the fifth powers of the
    source's Sobel gradient, with zeros around the picture. Blocks at the lower and right border
    are filled with zeros. If no source has a gradient, all blocks weigh the same.

    Args:
        sources: Two pictures (H, W).
        fused: (H, W), at least 16x16.
        data_range: Range of the values; the result does not depend on it.

    Returns:
        At least 0, which pictures equal but for brightness and contrast reach; LOWER is better.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        MissingDependencyError: SciPy or OpenCV is not installed.

    Source: Chen and Varshney 2007, with the constants of Liu et al. 2012.
    """
    pair, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2, least_side=_BLOCK
    )
    target = stretched_levels(picture, data_range)
    weighted, weight, plain = 0.0, 0.0, []
    for source in pair:
        levels = stretched_levels(source, data_range)
        saliency = _block_sums(_fifth_power(levels))
        difference = perceived(levels - target, _sensitivity, _VIEWING)
        errors = _block_sums(difference * difference) / _BLOCK**2
        weighted += float((saliency * errors).sum())
        weight += float(saliency.sum())
        plain.append(errors.mean())
    return weighted / weight if weight > 0 else float(np.mean(plain))


def _sensitivity(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = 0.144 * frequencies
    return np.asarray(2.6 * (0.0192 + scaled) * np.exp(-(scaled**1.1)), np.float64)


def _fifth_power(picture: Grey) -> Grey:
    """Fifth power of the gradient's magnitude."""
    down, right = sobel(picture, "constant")
    squares = down * down
    squares += right * right
    return np.asarray(squares * squares * np.sqrt(squares), np.float64)


def _block_sums(values: Grey) -> Grey:
    height, width = values.shape
    padded = np.pad(values, ((0, -height % _BLOCK), (0, -width % _BLOCK)))
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK)
    return np.asarray(blocks.sum(axis=(1, 3)), np.float64)
