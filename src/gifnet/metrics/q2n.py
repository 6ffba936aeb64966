"""Q2n: the quality index of hypercomplex spectra, Q4 for four bands."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import band_pictures, positive_range
from gifnet.metrics.block_quality import NEGLIGIBLE, blocks_of, divided


def q2n(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float = 255,
    normalised: bool = True,
) -> float:
    """Measure the quality index of pixels as hypercomplex numbers, the mean of 32x32 blocks.

    In a block, with the bands z of the truth and w of the fused picture as numbers of 2^n
    components, Q is 2 |cov(z, w)| / (var(z) + var(w)) times 2 |m(z)| |m(w)| / (|m(z)|^2 +
    |m(w)|^2), the covariance being the mean of (z - m(z)) (w - m(w))*. Missing bands up to a power
    of two are 0. A factor without variance, or without mean, on either side is 1.

    Args:
        sources: The truth (H, W, C) alone.
        fused: (H, W, C).
        data_range: Largest possible value; by it a band is divided that is flat in a block of
            the truth.
        normalised: Bring the mean and the standard deviation of each band of the truth to 1 in
            each block, and the same change to the fused picture, so that bright bands do not
            outweigh the others: what papers since Garzelli and Nencini report. Without it, the
            index of Alparone et al.

    Returns:
        0 to 1, higher is nearer.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Alparone, Baronti, Garzelli and Nencini, "A global quality measurement of pan-sharpened
    multispectral imagery", IEEE GRSL 1(4), 2004; Garzelli and Nencini, "Hypercomplex quality
    assessment of multi/hyperspectral images", IEEE GRSL 6(4), 2009.
    """
    flat_scale = positive_range(data_range)
    [truth], picture = band_pictures(sources, fused, data_range=data_range, most_sources=1)
    true_blocks, blocks = blocks_of(truth), blocks_of(picture)  # (B, C, P)
    if normalised:
        shifts, scales = _normalisation(true_blocks, flat_scale)
        true_blocks = (true_blocks - shifts) / scales + 1
        blocks = (blocks - shifts) / scales + 1
    true_means, means = true_blocks.mean(axis=2), blocks.mean(axis=2)
    true_blocks -= true_means[:, :, None]
    blocks -= means[:, :, None]
    covariance = _modulus(true_blocks @ blocks.transpose(0, 2, 1) / blocks.shape[2])
    variance = _power(true_blocks) + _power(blocks)
    true_length, length = np.linalg.norm(true_means, axis=1), np.linalg.norm(means, axis=1)
    squared_mean = true_length**2 + length**2
    power = variance + squared_mean
    structure = divided(2 * covariance, variance, power)
    luminance = divided(2 * true_length * length, squared_mean, power)
    return float(np.mean(structure * luminance))


def product_signs(bands: int) -> NDArray[np.int8]:
    """Signs of the products of the units of a Cayley-Dickson algebra.

    The unit e_i times the unit e_j is the unit of index i XOR j with the sign [i, j]. An algebra
    of pairs follows from the one before it by (a, b)(c, d) = (ac - d*b, da + bc*).

    Args:
        bands: How many components are needed at least.

    Returns:
        (D, D), D being the least power of two that is at least ``bands``.
    """
    signs = np.ones((1, 1), np.int8)
    while len(signs) < bands:
        conjugate = _conjugate(len(signs))
        signs = np.block([[signs, signs.T], [signs * conjugate, -signs.T * conjugate]])
    return signs


def _conjugate(size: int) -> NDArray[np.int8]:
    """Signs (size,) of the components of a conjugate number."""
    return np.asarray(np.where(np.arange(size) == 0, 1, -1), np.int8)


def _modulus(covariances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Modulus (B,) of the hypercomplex covariance, from those (B, C, C) between the bands."""
    bands = covariances.shape[1]
    signs = product_signs(bands)
    signs = signs * _conjugate(len(signs))
    squares = np.zeros(len(covariances))
    first = np.arange(bands)
    for unit in range(len(signs)):  # all pairs of bands whose product belongs to this unit
        second = first ^ unit
        there = second < bands
        pairs = first[there], second[there]
        squares += (covariances[:, pairs[0], pairs[1]] @ signs[pairs].astype(np.float64)) ** 2
    return np.sqrt(squares)


def _power(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the pixels (B,) of the squared modulus."""
    return np.asarray(np.einsum("bcp,bcp->b", blocks, blocks) / blocks.shape[2], np.float64)


def _normalisation(
    blocks: NDArray[np.float64], flat_scale: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation (B, C, 1); the given scale where a band is flat."""
    means = blocks.mean(axis=2, keepdims=True)
    variances = np.mean((blocks - means) ** 2, axis=2, keepdims=True)
    flat = variances <= NEGLIGIBLE * (variances + means**2)
    return means, np.where(flat, flat_scale, np.sqrt(variances))
