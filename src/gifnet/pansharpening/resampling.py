"""Interpolating and smoothing, as one matrix for each axis.

So a window of any size, at any fraction of a pixel, takes two products of small matrices.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.grids import Positions

# A Gaussian is cut off here, in standard deviations.
_REACH = 3.0


class Weights(NamedTuple):
    """A matrix for one axis: what of the samples from ``first`` on makes each position."""

    first: int
    matrix: FloatArray

    @property
    def end(self) -> int:
        """The sample after the last one."""
        return self.first + int(self.matrix.shape[1])


def weights(positions: Positions, sigma: float = 0.0) -> Weights:
    """Make the matrix of cubic interpolation (Keys, a = -1/2), after Gaussian smoothing.

    Args:
        positions: in samples, ascending.
        sigma: of the Gaussian, in samples; 0 smooths nothing.

    Returns:
        The matrix, whose rows sum to 1.
    """
    return _weights(tuple(positions.tolist()), sigma)


@lru_cache(maxsize=32)
def _weights(positions: tuple[float, ...], sigma: float) -> Weights:
    where = np.array(positions)
    kernel = gaussian(sigma)
    reach = len(kernel) // 2
    whole = np.floor(where).astype(int)
    first, end = int(whole[0]) - 1 - reach, int(whole[-1]) + 3 + reach
    matrix = np.zeros((len(where), end - first))
    line = np.arange(len(where))
    for tap in range(-1, 3):
        share = _cubic(where - whole - tap)
        for step, weight in enumerate(kernel, start=-reach):
            matrix[line, whole + tap + step - first] += share * weight
    return Weights(first, matrix.astype(np.float32))


def resample(rows: Weights, samples: FloatArray, columns: Weights) -> FloatArray:
    """Apply the matrices of both axes to the samples that they begin and end with."""
    return np.asarray(rows.matrix @ samples @ columns.matrix.T)


def smoothed(samples: FloatArray, sigma: float) -> FloatArray:
    """Smooth by a Gaussian; the border that it reaches beyond is lost (``reach`` pixels)."""
    kernel = gaussian(sigma).astype(np.float32)
    inner = samples.shape[0] - len(kernel) + 1
    samples = sum(
        (weight * samples[step : step + inner] for step, weight in enumerate(kernel)),
        start=np.zeros((inner, samples.shape[1]), np.float32),
    )
    inner = samples.shape[1] - len(kernel) + 1
    return sum(
        (weight * samples[:, step : step + inner] for step, weight in enumerate(kernel)),
        start=np.zeros((samples.shape[0], inner), np.float32),
    )


def reach(sigma: float) -> int:
    """Pixels that a Gaussian reaches to each side."""
    return math.ceil(_REACH * sigma)


def gaussian(sigma: float) -> NDArray[np.float64]:
    """A Gaussian's weights, which sum to 1; a single 1 for 0."""
    if sigma <= 0:
        return np.ones(1)
    steps = np.arange(-reach(sigma), reach(sigma) + 1)
    values = np.exp(-0.5 * (steps / sigma) ** 2)
    return np.asarray(values / values.sum())


def _cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    far = np.abs(distance)
    near = (1.5 * far - 2.5) * far**2 + 1
    outer = ((-0.5 * far + 2.5) * far - 4) * far + 2
    return np.where(far <= 1, near, np.where(far < 2, outer, 0.0))
