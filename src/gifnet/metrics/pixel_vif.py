"""Visual information of pixels, scale by scale: what `vifp_sum`, `vifp_unit` and `viff` share."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import Grey
from gifnet.metrics.filters import gaussian_weights, window_means

LEAST_SIDE = 41
"""The smallest side of which the fourth scale still holds a window."""

_WINDOWS = (17, 9, 5, 3)
_FLAT = 1e-10


class Information(NamedTuple):
    """What a window of one source holds and what of it the fused picture keeps.

    Attributes:
        gain: factor g of the model fused = g source + noise of variance v, at least 0.
        kept: log(1 + g^2 s / (v + n)), s being the variance of the source, n the eye's noise.
        held: log(1 + s / n).
    """

    gain: Grey
    kept: Grey
    held: Grey


def information_of_scales(
    sources: Sequence[Grey], fused: Grey, noise: float
) -> Iterator[list[Information]]:
    """Measure the information in the windows of four scales.

    Levels are not centred: the black background of medical pictures has variance 0 exactly, which
    rounding would put on either side of the definition's threshold.

    Scale k has Gaussian windows of N = 17, 9, 5, 3 pixels and sigma N / 5, only those inside the
    picture. Before scales 2 to 4 the pictures are filtered with that window, and every second row
    and column is kept.

    Args:
        sources: (H, W) each, both sides at least ``LEAST_SIDE``.
        fused: (H, W).
        noise: Variance of the noise of the eye, in the square of the pictures' unit.

    Yields:
        For each scale the maps of each source, in nats.
    """
    pictures = [*sources, fused]
    for scale, size in enumerate(_WINDOWS):
        weights = gaussian_weights(size, size / 5)
        if scale > 0:
            pictures = [window_means(picture, weights)[::2, ::2] for picture in pictures]
        fused_mean = window_means(pictures[-1], weights)
        fused_variance = _variance(pictures[-1], fused_mean, weights)
        yield [
            _information(source, pictures[-1], fused_mean, fused_variance, weights, noise)
            for source in pictures[:-1]
        ]


def pixel_vif(sources: Sequence[Grey], fused: Grey, noise: float) -> list[float]:
    """Measure VIF, the information kept over the information held, for each source.

    Args:
        sources: (H, W) each, both sides at least ``LEAST_SIDE``.
        fused: (H, W).
        noise: Variance of the noise of the eye, in the square of the pictures' unit.

    Returns:
        One value a source, at least 0.

    Raises:
        ImageValueError: A source is constant.
    """
    require_structure(sources)
    kept, held = np.zeros(len(sources)), np.zeros(len(sources))
    for maps in information_of_scales(sources, fused, noise):
        kept += [information.kept.sum() for information in maps]
        held += [information.held.sum() for information in maps]
    for number, value in enumerate(held, start=1):
        if not value > 0:
            raise no_information(number)
    return [float(value) for value in kept / held]


def require_structure(sources: Sequence[Grey]) -> None:
    """Check that no source is constant, of which VIF is 0 / 0.

    Raises:
        ImageValueError: One is, up to what the definition calls flat.
    """
    for number, source in enumerate(sources, start=1):
        # no variance exceeds the square of half the span
        if (np.ptp(source) / 2) ** 2 < _FLAT:
            raise no_information(number)


def no_information(number: int) -> ImageValueError:
    """Say which source, counted from 1, makes VIF 0 / 0."""
    return ImageValueError(
        f"expected sources with structure, but source {number} is constant or flat in all "
        "windows: it holds no information that could be kept, and VIF is 0 / 0"
    )


def _information(
    source: Grey,
    fused: Grey,
    fused_mean: Grey,
    fused_variance: Grey,
    weights: Grey,
    noise: float,
) -> Information:
    mean = window_means(source, weights)
    variance = _variance(source, mean, weights)
    covariance = window_means(source * fused, weights) - mean * fused_mean
    gain = covariance / (variance + _FLAT)
    added = fused_variance - gain * covariance

    # what the definition says for windows without structure and for negative correlation: the
    # fused picture is noise there
    flat = variance < _FLAT
    variance[flat] = 0
    lost = flat | (gain < 0)
    added = np.where(lost, fused_variance, added)
    added[fused_variance < _FLAT] = 0
    gain[lost | (fused_variance < _FLAT)] = 0
    np.maximum(added, _FLAT, out=added)

    kept = np.log1p(gain**2 * variance / (added + noise))
    return Information(gain, kept, np.log1p(variance / noise))


def _variance(picture: Grey, mean: Grey, weights: Grey) -> Grey:
    return np.maximum(window_means(picture**2, weights) - mean**2, 0)
