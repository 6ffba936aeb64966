"""Sobel's gradients, exact enough to be compared for equality."""

from typing import Literal

import numpy as np

from gifnet.metrics.arguments import Grey, positive_range
from gifnet.metrics.filters import ndimage

_STEPS = 1024
"""Steps of one level: a power of two, so that sums of a few values have no rounding errors."""


def fine_levels(picture: Grey, data_range: float) -> Grey:
    """Scale a picture to 8-bit levels, rounded to 1/1024 of a level.

    Some metrics ask whether two gradients are equal, or whether one is zero. Rounded like this,
    the answer for an 8-bit picture is the same whether it comes as 0..255 or divided by 255.

    Args:
        picture: (H, W), values from 0 to ``data_range``.
        data_range: Largest possible value, positive.

    Returns:
        (H, W), from 0 to 255.

    Raises:
        ImageValueError: ``data_range`` is not a positive number.
    """
    levels = picture * (255 * _STEPS / positive_range(data_range))
    np.rint(levels, out=levels)
    levels /= _STEPS
    return levels


def sobel(picture: Grey, border: Literal["constant", "mirror", "nearest"]) -> tuple[Grey, Grey]:
    """Sobel's gradients with the weights 1, 2, 1, not divided by their sum.

    Args:
        picture: (H, W).
        border: What lies beyond it: zeros, its mirror image (the edge once), or its edge.

    Returns:
        Both (H, W): towards lower rows, towards the right.
    """
    filters = ndimage()
    down = filters.sobel(picture, axis=0, mode=border)
    right = filters.sobel(picture, axis=1, mode=border)
    return down, right


def magnitude(down: Grey, right: Grey) -> Grey:
    """Length (H, W) of the gradients."""
    squares = down * down
    squares += right * right
    return np.sqrt(squares, out=squares)
