"""MEF-SSIM: structural similarity to the most structured patches of the sources."""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range
from gifnet.metrics.filters import box_weights, gaussian_weights, window_means

WINDOW = 11
_SIGMA = 1.5
_PIXELS = WINDOW**2
_STABILITY = (0.03 * 255) ** 2
_LEAST_CONTRAST = 0.001
_GREATEST_POWER = 10.0
_FLAT = 1e-6
"""Variance below which a patch is flat; one pixel of 121 that is a level off makes 8e-3."""
_CANCELLED = 1e-10
"""Squared length of a sum of vectors of about length 1, below which they cancelled each other."""


def mef_ssim(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the mean over all 11x11 windows of (2 cov(R, F) + C) / (var R + var F + C).

    R is the patch that a perfect fusion would have: the greatest contrast max_S c_S of the
    sources S, along the weighted mean of their structures s_S, with c = ||x - mean x|| + 0.001,
    s = (x - mean x) / c, weights (c_S / 121)^p, p = min(tan(pi/2 r), 10) and r being
    ||sum (x_S - mean)|| / sum ||x_S - mean||. cov and var have Gaussian weights of sigma 1.5,
    C = (0.03 * 255)^2. A flat patch (variance below 1e-6) has no structure. Where all structures
    cancel each other (a picture and its negative), R is flat, and so it is where all sources are.

    Args:
        sources: (H, W) each, any number; their order does not matter.
        fused: (H, W), at least 11x11.
        data_range: Largest possible value.

    Returns:
        At most 1, higher is better. Brightness does not count.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Ma et al. 2015, at one scale.
    """
    levels = levels_around_zero(sources, fused, data_range, least_side=WINDOW)
    return structural_quality(levels[:-1], levels[-1])


def levels_around_zero(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], data_range: float, *, least_side: int
) -> list[Grey]:
    """Check the pictures and scale them from -127.5 to 127.5, for less rounding in variances.

    Args:
        sources: (H, W) each, one at least.
        fused: (H, W).
        data_range: Largest possible value.
        least_side: Shortest side that can be measured, in pixels.

    Returns:
        The sources, then the fused picture.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=least_side
    )
    scale = 255 / positive_range(data_range)
    return [each * scale - 127.5 for each in (*references, picture)]


def structural_quality(references: list[Grey], picture: Grey) -> float:
    """The mean quality over all windows of pictures (H, W) in 8-bit levels around zero."""
    box, gaussian = box_weights(WINDOW), gaussian_weights(WINDOW, _SIGMA)
    box_means = [window_means(each, box) for each in references]
    shares, strongest = _shares_and_contrast(references, box_means, box)

    # sums over pairs, as the shares differ from window to window
    means = [window_means(each, gaussian) for each in references]
    length, variance = np.zeros_like(strongest), np.zeros_like(strongest)
    for i, j in combinations_with_replacement(range(len(references)), 2):
        product = references[i] * references[j]
        share = shares[i] * shares[j]
        if i != j:
            share *= 2
        length += share * (window_means(product, box) - box_means[i] * box_means[j])
        variance += share * (window_means(product, gaussian) - means[i] * means[j])
    del box_means
    length *= _PIXELS
    scale = np.zeros_like(length)
    np.divide(strongest**2, length, out=scale, where=length > _CANCELLED)
    variance *= scale
    np.maximum(variance, 0, out=variance)

    mean = window_means(picture, gaussian)
    covariance = np.zeros_like(mean)
    for reference, share, of_reference in zip(references, shares, means, strict=True):
        covariance += share * (window_means(reference * picture, gaussian) - of_reference * mean)
    covariance *= np.sqrt(scale, out=scale)
    variance += np.maximum(window_means(picture * picture, gaussian) - mean * mean, 0)
    return float(np.mean((2 * covariance + _STABILITY) / (variance + _STABILITY)))


def _shares_and_contrast(
    references: list[Grey], means: list[Grey], box: NDArray[np.float64]
) -> tuple[list[Grey], Grey]:
    """The share of each source's patch in the mean structure, and the greatest contrast."""
    tiny = np.finfo(np.float64).eps
    lengths = [
        _length(window_means(each * each, box), mean)
        for each, mean in zip(references, means, strict=True)
    ]
    total = sum(references[1:], references[0])
    consistency = _length(window_means(total * total, box), sum(means[1:], means[0])) + tiny
    consistency /= sum(lengths[1:], lengths[0]) + tiny
    np.minimum(consistency, 1 - tiny, out=consistency)
    consistency *= np.pi / 2
    power = np.minimum(np.tan(consistency, out=consistency), _GREATEST_POWER)

    contrasts = [length + _LEAST_CONTRAST for length in lengths]
    weights = [_powers(contrast / _PIXELS, power) + tiny for contrast in contrasts]
    sum_of_weights = sum(weights[1:], weights[0])
    # what is left of a flat patch is rounding errors, which its small contrast would magnify
    shares = [
        np.where(length > 0, weight / (sum_of_weights * contrast), 0)
        for length, weight, contrast in zip(lengths, weights, contrasts, strict=True)
    ]
    return shares, np.maximum.reduce(contrasts)


def _powers(values: Grey, exponents: Grey) -> Grey:
    """Positive values (H, W) to the power of the exponents (H, W), faster than ``**``."""
    logarithms = np.log(values)
    logarithms *= exponents
    return np.exp(logarithms, out=logarithms)


def _length(mean_square: Grey, mean: Grey) -> Grey:
    """Length (H, W) of the patches less their mean."""
    mean_square -= mean * mean
    mean_square[mean_square < _FLAT] = 0
    mean_square *= _PIXELS
    return np.sqrt(mean_square, out=mean_square)
