"""Filters in the frequency domain that imitate the eye's sensitivity to contrast."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, positive_range
from gifnet.metrics.transforms import fourier

_CONSTANT = 1e-9  # part of the range of the values below which differences are rounding
_TIE = 1e-9  # levels; a half is rounded up although a division made it a little smaller

Sensitivity = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Frequencies -> factors, both (H, W)."""


def stretched_levels(picture: Grey, data_range: float) -> Grey:
    """Stretch a picture (H, W) to the levels 0 to 255, rounded; a constant one becomes 0.

    Raises:
        ImageValueError: ``data_range`` is not a positive number.
    """
    low = picture.min()
    height = picture.max() - low
    if height <= _CONSTANT * positive_range(data_range):
        return np.zeros_like(picture)
    return np.asarray(np.floor((picture - low) / height * 255 + (0.5 + _TIE)), np.float64)


def perceived(picture: Grey, sensitivity: Sensitivity, viewing: float) -> Grey:
    """Filter a picture, which is taken to be periodic.

    Args:
        picture: (H, W).
        sensitivity: The filter.
        viewing: How many pixels of the picture make a degree, in half the units of the filter: a
            wave with k periods in the picture has the frequency 2 k / ``viewing``.

    Returns:
        (H, W).
    """
    transforms = fourier()
    height, width = picture.shape
    down = np.fft.fftfreq(height) * (2 * height / viewing)
    right = np.fft.rfftfreq(width) * (2 * width / viewing)
    spectrum = transforms.rfft2(picture)
    spectrum *= sensitivity(np.sqrt(down[:, None] ** 2 + right[None, :] ** 2))
    return np.asarray(transforms.irfft2(spectrum, s=picture.shape, overwrite_x=True), np.float64)
