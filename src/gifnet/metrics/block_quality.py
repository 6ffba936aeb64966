"""The universal quality index of Wang and Bovik between bands, in blocks of 32x32 pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Bands

BLOCK = 32
"""Side of a block in pixels."""
NEGLIGIBLE = 1e-18
"""Share of a band's power below which its variance, or its squared mean, is rounding alone."""


def blocks_of(bands: Bands) -> NDArray[np.float64]:
    """Cut a picture into blocks.

    The blocks stand side by side from the top left corner. Where the picture does not end with
    a block, the last one is moved back to end at the border and overlaps its neighbour, so that
    every pixel counts and none is invented. A side shorter than 32 is one block long.

    Args:
        bands: (H, W, C).

    Returns:
        (B, C, P): the P pixels of B blocks, band by band.
    """
    height, width, count = bands.shape
    rows, columns = _starts(height), _starts(width)
    size = (min(height, BLOCK), min(width, BLOCK))
    windows = np.lib.stride_tricks.sliding_window_view(bands, size, axis=(0, 1))
    blocks = windows[rows[:, None], columns]  # (rows, columns, C, side, side)
    return np.asarray(blocks.reshape(-1, count, size[0] * size[1]), np.float64)


def divided(
    numerator: NDArray[Any], denominator: NDArray[Any], power: NDArray[Any]
) -> NDArray[np.float64]:
    """Divide, and give 1 where the denominator is nothing but rounding.

    Args:
        numerator: any shape.
        denominator: the same shape, at least 0.
        power: the same shape; what the denominator is compared with.

    Returns:
        The quotients.
    """
    counts = denominator > NEGLIGIBLE * power
    quotients = np.ones_like(denominator)
    np.divide(numerator, denominator, out=quotients, where=counts)
    return quotients


def band_quality(bands: Bands) -> NDArray[np.float64]:
    """Measure the quality index between all bands, the mean of those of the blocks.

    In a block, Q is 2 cov(x, y) / (var(x) + var(y)) times 2 m(x) m(y) / (m(x)^2 + m(y)^2). The
    first factor is 1 where both bands are flat, as in the authors' code; the second is 1 where
    both means are 0.

    Args:
        bands: (H, W, C).

    Returns:
        (C, C), -1 to 1, symmetric.

    Source: Wang and Bovik, "A universal image quality index", IEEE Signal Processing Letters
    9(3), 2002.
    """
    blocks = blocks_of(bands)
    means = blocks.mean(axis=2)
    blocks -= means[:, :, None]
    covariances = blocks @ blocks.transpose(0, 2, 1) / blocks.shape[2]  # (B, C, C)
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    variance = variances[:, :, None] + variances[:, None, :]
    squared_mean = means[:, :, None] ** 2 + means[:, None, :] ** 2
    power = variance + squared_mean
    structure = divided(2 * covariances, variance, power)
    luminance = divided(2 * means[:, :, None] * means[:, None, :], squared_mean, power)
    return np.asarray((structure * luminance).mean(axis=0), np.float64)


def _starts(length: int) -> NDArray[np.intp]:
    side = min(length, BLOCK)
    starts = np.arange(0, length - side + 1, side)
    return starts if starts[-1] + side == length else np.append(starts, length - side)
