"""What the local quality indices share: moments in windows, similarity and saliency maps.

Pictures are taken to 8-bit levels first, so the constants below do not depend on their range. The
sums run over strips of rows, which keeps the memory small whatever the size of the picture.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey
from gifnet.metrics.filters import ndimage, window_means

_STRIP = 64  # rows of windows at once
_ROUNDING = 1e-13  # part of the mean square below which a variance is rounding
_DARK = 1e-9  # squared levels below which a window holds nothing


class Moments(NamedTuple):
    """Of all windows of a picture.

    Attributes:
        mean: (H, W).
        variance: (H, W); exactly 0 in flat windows.
        square: (H, W), mean of the squares.
    """

    mean: Grey
    variance: Grey
    square: Grey


Similarity = Callable[[Moments, Moments, Grey], Grey]
"""Two pictures' moments and their covariance -> a map of their similarity."""


class Quality(NamedTuple):
    """Mean similarity to the sources, the more salient one counting more in each window.

    Attributes:
        plain: all windows count alike.
        weighted: salient windows count more.
    """

    plain: float
    weighted: float


def local_quality(
    sources: list[Grey],
    fused: Grey,
    weights: NDArray[np.float64],
    similarity: Similarity,
    *,
    dark_saliency: float = 0,
) -> Quality:
    """Measure Piella's local qualities, saliency being the variance in the window.

    Args:
        sources: Two pictures (H, W) in 8-bit levels.
        fused: (H, W).
        weights: (S,), of the window along each axis.
        similarity: The index.
        dark_saliency: Saliency of windows in which both sources are 0 everywhere.

    Returns:
        The mean of q = l s(A, F) + (1 - l) s(B, F), l = var A / (var A + var B), and the mean of q
        weighted by max(var A, var B). Flat rule: l = 1/2 where both sources are flat, and if they
        are so everywhere all windows weigh the same.
    """
    total, weighted, weight, count = 0.0, 0.0, 0.0, 0
    for a, b, f in strips([*sources, fused], len(weights)):
        of_a, of_b, of_f = (moments(picture, weights) for picture in (a, b, f))
        towards_a = similarity(of_a, of_f, covariance(a, f, of_a, of_f, weights))
        towards_b = similarity(of_b, of_f, covariance(b, f, of_b, of_f, weights))
        quality = towards_b + share(of_a, of_b) * (towards_a - towards_b)
        dark = is_dark(of_a) & is_dark(of_b)
        saliency = np.where(dark, dark_saliency, np.maximum(of_a.variance, of_b.variance))
        total += float(quality.sum())
        weighted += float((quality * saliency).sum())
        weight += float(saliency.sum())
        count += quality.size
    return Quality(total / count, weighted / weight if weight > 0 else total / count)


def strips(pictures: list[Grey], size: int) -> Iterator[list[Grey]]:
    """Cut pictures (H, W) into strips (h, W) that hold each row of windows once."""
    rows = pictures[0].shape[0] - size + 1
    for top in range(0, rows, _STRIP):
        yield [picture[top : min(top + _STRIP, rows) + size - 1] for picture in pictures]


def moments(picture: Grey, weights: NDArray[np.float64]) -> Moments:
    """Moments of a picture (H, W), H and W at least S, in windows of weights (S,) each way."""
    mean, square = window_means(picture, weights), window_means(picture * picture, weights)
    variance = square - mean**2
    flat = variance <= _ROUNDING * square + _DARK
    return Moments(mean, np.where(flat, 0, variance), square)


def is_dark(windows: Moments) -> NDArray[np.bool_]:
    """Where (H, W) a picture is 0 in the whole window."""
    return np.asarray(windows.square <= _DARK)


def covariance(
    a: Grey, b: Grey, of_a: Moments, of_b: Moments, weights: NDArray[np.float64]
) -> Grey:
    """Covariance (H, W) of two pictures in each window."""
    return window_means(a * b, weights) - of_a.mean * of_b.mean


def share(of_a: Moments, of_b: Moments) -> Grey:
    """The first picture's part of the two variances; 1/2 where both are flat."""
    both = of_a.variance + of_b.variance
    return np.where(both > 0, of_a.variance / np.where(both > 0, both, 1), 0.5)


def ssim_map(of_a: Moments, of_b: Moments, covariances: Grey) -> Grey:
    """SSIM of each window, with Wang's constants for 8 bits."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * of_a.mean * of_b.mean + c1) / (of_a.mean**2 + of_b.mean**2 + c1)
    return np.asarray(
        luminance * ((2 * covariances + c2) / (of_a.variance + of_b.variance + c2)), np.float64
    )


def universal_quality_map(of_a: Moments, of_b: Moments, covariances: Grey) -> Grey:
    """Universal quality index of each window, SSIM without constants.

    Two flat windows agree in structure (that factor is 1), two dark ones in luminance.
    """
    light, variances = of_a.mean**2 + of_b.mean**2, of_a.variance + of_b.variance
    dark, flat = light <= _DARK, variances == 0
    luminance = np.where(dark, 1, 2 * of_a.mean * of_b.mean / np.where(dark, 1, light))
    structure = np.where(flat, 1, 2 * covariances / np.where(flat, 1, variances))
    return np.asarray(luminance * structure, np.float64)


def prewitt_edges(picture: Grey, *, border: str) -> Grey:
    """Magnitude (H, W) of the unnormalised Prewitt gradient.

    Args:
        picture: (H, W).
        border: ``constant`` for zeros outside the picture, ``nearest`` for its outermost pixels.
    """
    filters = ndimage()
    smooth, differ = np.ones(3), np.array([-1.0, 0.0, 1.0])
    rows = filters.correlate1d(picture, smooth, axis=1, mode=border)
    rows = filters.correlate1d(rows, differ, axis=0, mode=border)
    columns = filters.correlate1d(picture, smooth, axis=0, mode=border)
    columns = filters.correlate1d(columns, differ, axis=1, mode=border)
    return np.asarray(np.sqrt(rows**2 + columns**2), np.float64)
