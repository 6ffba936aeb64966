"""SAM: spectral angle mapper."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import Bands, band_pictures, positive_range
from gifnet.metrics.pansharpening import require_bands


def sam(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean over the pixels of the angle between true and fused spectrum.

    A pixel whose truth is 0 in all bands has no spectrum and is left out, as borders without
    data are. Where only the fused spectrum is 0 the angle counts as 90 degrees.

    Args:
        sources: The truth (H, W, C) alone, at least 2 bands.
        fused: (H, W, C).
        data_range: Checked only: brightness does not change an angle.

    Returns:
        Degrees, 0 to 180 (to 90 for values of one sign), lower is nearer.

    Raises:
        ImageValueError: The pictures cannot be measured, or the truth is 0 everywhere.
        ImageSizeError: The sizes differ.

    Source: Yuhas, Goetz and Boardman, "Discrimination among semi-arid landscape endmembers using
    the spectral angle mapper (SAM) algorithm", JPL Airborne Geoscience Workshop, 1992.
    """
    positive_range(data_range)
    [truth], picture = band_pictures(sources, fused, data_range=data_range, most_sources=1)
    require_bands(truth, 2)
    truth, true_lengths = _directions(truth)
    picture, lengths = _directions(picture)
    counts = true_lengths > 0
    if not counts.any():
        raise ImageValueError("expected a truth with a spectrum, got 0 in all bands of all pixels")
    # accurate for small angles, where the arc cosine of the product is not
    angles = 2 * np.arctan2(_lengths(truth - picture), _lengths(truth + picture))
    angles[lengths == 0] = np.pi / 2
    return float(np.degrees(angles[counts].mean()))


def _directions(bands: Bands) -> tuple[Bands, NDArray[np.float64]]:
    largest = np.abs(bands).max()
    bands = bands / (largest if largest > 0 else 1.0)
    lengths = _lengths(bands)
    return bands / np.where(lengths > 0, lengths, 1)[:, :, None], lengths


def _lengths(bands: Bands) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.einsum("hwc,hwc->hw", bands, bands)), np.float64)
