"""Visual information in wavelet subbands, modelled as Gaussian scale mixtures."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey
from gifnet.metrics.filters import ndimage
from gifnet.metrics.pixel_vif import no_information, require_structure
from gifnet.metrics.steerable_pyramid import straight_bands

LEAST_SIDE = 65
"""The smallest side of which the fourth level still holds a block whose window is inside."""

_BLOCK = 3
_WINDOWS = (17, 9, 5, 3)
_FLAT = 1e-15
# eigenvalues below this part of the largest are rounding
_RANK_TOLERANCE = 1e-13


class _Windows(NamedTuple):
    """Sums over the window around each block's centre: of b, and of b^2 around its mean."""

    band: Grey
    total: Grey
    spread: Grey


def wavelet_vif(sources: Sequence[Grey], fused: Grey, noise: float) -> list[float]:
    """Measure VIF, the information kept over the information held, for each source.

    A source's subband is a Gaussian scale mixture: blocks of 3x3 coefficients are the square root
    of a factor s of their own times a Gaussian vector of one covariance, with eigenvalues l. The
    fused picture's block is g times it plus noise of variance v, from a regression in the window
    around the block, 17, 9, 5 and 3 coefficients wide from the finest level to the coarsest.
    VIF = sum log(1 + g^2 s l / (v + n)) / sum log(1 + s l / n), n being the noise of the eye, over
    all eigenvalues, the blocks whose window lies inside, and two subbands of each of four levels.

    Args:
        sources: (H, W) each, both sides at least ``LEAST_SIDE``.
        fused: (H, W).
        noise: Variance of the noise of the eye, in the square of the pictures' unit.

    Returns:
        One value a source, at least 0.

    Raises:
        ImageValueError: A source is constant, or has detail in none of the subbands.
        MissingDependencyError: SciPy or OpenCV is not installed.
    """
    require_structure(sources)
    kept, held = np.zeros(len(sources)), np.zeros(len(sources))
    levels = len(_WINDOWS)
    pyramids = [straight_bands(picture, levels) for picture in (*sources, fused)]
    for size, *bands_of_pictures in zip(_WINDOWS, *pyramids, strict=True):
        # bands: one orientation of all pictures
        for bands in zip(*bands_of_pictures, strict=True):
            fused_windows = _windows(_whole_blocks(bands[-1]), size)
            for index, band in enumerate(bands[:-1]):
                in_band = _information(_whole_blocks(band), fused_windows, size, noise)
                kept[index] += in_band[0]
                held[index] += in_band[1]
    for number, value in enumerate(held, start=1):
        if value < _FLAT:  # rounding, of a chequered picture for one
            raise no_information(number)
    return [float(value) for value in kept / held]


def _information(source: Grey, fused: _Windows, size: int, noise: float) -> tuple[float, float]:
    """The information of a subband that is kept, and that is held, in nats."""
    gain, added = _regression(_windows(source, size), fused, size)
    factors, eigenvalues = _scale_mixture(source)
    inside = _inside(size)
    gain, added, factors = gain[inside], added[inside], factors[inside]
    signal = gain**2 * factors / (added + noise)
    kept = sum(np.log1p(signal * value).sum() for value in eigenvalues)
    held = sum(np.log1p(factors * (value / noise)).sum() for value in eigenvalues)
    return float(kept), float(held)


def _scale_mixture(band: Grey) -> tuple[Grey, NDArray[np.float64]]:
    """Factor s of each block, and the eigenvalues of the covariance that all blocks share."""
    height, width = band.shape
    count = (height - _BLOCK + 1) * (width - _BLOCK + 1)
    products, total = np.zeros((_BLOCK**2, _BLOCK**2)), np.zeros(_BLOCK**2)
    # the covariance counts the blocks at all positions; a few rows of them at a time
    for top in range(0, height - _BLOCK + 1, 32):
        rows = band[top : top + 32 + _BLOCK - 1]
        views = np.lib.stride_tricks.sliding_window_view(rows, (_BLOCK, _BLOCK))
        vectors = views.transpose(2, 3, 0, 1).reshape(_BLOCK**2, -1)
        products += vectors @ vectors.T
        total += vectors.sum(axis=1)
    mean = total / count
    eigenvalues, axes = np.linalg.eigh(products / count - np.outer(mean, mean))

    # blocks side by side, (h, 3, w, 3) -> (h, w, 9), along the axes that the band makes use of
    blocks = band.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    block_vectors = blocks.transpose(0, 2, 1, 3).reshape(*blocks.shape[::2], _BLOCK**2)
    used = eigenvalues > max(_RANK_TOLERANCE * eigenvalues[-1], np.finfo(np.float64).tiny)
    eigenvalues, axes = eigenvalues[used], axes[:, used]
    factors = (((block_vectors @ axes) ** 2) @ (1 / eigenvalues)) / _BLOCK**2
    return np.asarray(factors, np.float64), np.asarray(eigenvalues, np.float64)


def _regression(source: _Windows, fused: _Windows, size: int) -> tuple[Grey, Grey]:
    """Gain g and variance v of fused = g source + noise, for the window of each block."""
    covariance = _window_sums(source.band * fused.band, size)
    covariance -= source.total * fused.total / size**2
    gain = covariance / (source.spread + _FLAT)
    added = (fused.spread - gain * covariance) / size**2

    # what the definition says for windows without structure and for negative correlation: the
    # fused picture is noise there, of which it takes the sum, not the mean
    flat_source, flat_fused = source.spread < _FLAT, fused.spread < _FLAT
    lost = flat_source | (gain < 0)
    added = np.where(lost, fused.spread, added)
    added[flat_fused] = 0
    gain[lost | flat_fused] = 0
    return gain, np.maximum(added, _FLAT)


def _windows(band: Grey, size: int) -> _Windows:
    total = _window_sums(band, size)
    spread = _window_sums(band**2, size) - total**2 / size**2
    return _Windows(band, total, np.maximum(spread, 0))


def _window_sums(band: Grey, size: int) -> Grey:
    """Sums over the windows around the centres of all blocks, (H / 3, W / 3)."""
    filters, ones, centre = ndimage(), np.ones(size), _BLOCK // 2
    # what lies outside the band counts for blocks only that are left out
    sums = filters.correlate1d(band, ones, axis=0, mode="nearest")[centre::_BLOCK]
    sums = filters.correlate1d(sums, ones, axis=1, mode="nearest")[:, centre::_BLOCK]
    return np.asarray(sums, np.float64)


def _inside(size: int) -> tuple[slice, slice]:
    """The blocks whose window lies inside the band."""
    margin = -(-(size // 2) // _BLOCK)
    return (slice(margin, -margin),) * 2


def _whole_blocks(band: Grey) -> Grey:
    height, width = (side - side % _BLOCK for side in band.shape)
    return band[:height, :width]
