"""Smoothing by a Gaussian, with NumPy alone."""

import numpy as np

from gifnet.imaging.arrays import FloatArray

_REACH = 3.0
"""A Gaussian is cut off here, in standard deviations."""


def smooth(values: FloatArray, sigma: float) -> FloatArray:
    """Smooth by a Gaussian; the border pixels are repeated beyond the border.

    Args:
        values: (H, W), float32.
        sigma: of the Gaussian, in pixels, above 0.

    Returns:
        (H, W), float32.
    """
    return _along_rows(_along_rows(values, sigma).T, sigma).T


def reach(sigma: float) -> int:
    """Pixels that a Gaussian reaches to each side."""
    return int(np.ceil(_REACH * sigma))


def _along_rows(values: FloatArray, sigma: float) -> FloatArray:
    """Smooth over the first axis."""
    distance = reach(sigma)
    kernel = np.exp(-0.5 * (np.arange(-distance, distance + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    edged = np.pad(values, ((distance, distance), (0, 0)), mode="edge")
    smoothed: FloatArray = np.zeros(values.shape, np.float32)
    part = np.empty_like(smoothed)
    for step, weight in enumerate(kernel.astype(np.float32)):
        np.multiply(edged[step : step + len(values)], weight, out=part)
        smoothed += part
    return smoothed
