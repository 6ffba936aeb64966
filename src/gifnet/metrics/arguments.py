"""The checks of the arguments that all metrics share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError

Grey = NDArray[np.float64]
"""(H, W)."""
Bands = NDArray[np.float64]
"""(H, W, C)."""


def grey_pictures(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    least_sources: int = 0,
    most_sources: int | None = None,
    least_side: int = 1,
) -> tuple[list[Grey], Grey]:
    """Check pictures and turn them to float64.

    Args:
        sources: Pictures (H, W) of any real dtype.
        fused: (H, W).
        least_sources: How many sources the metric needs at least.
        most_sources: How many it can take at most; None for any number.
        least_side: Shortest side that the metric can measure, in pixels.

    Returns:
        Sources and fused picture, float64.

    Raises:
        ImageValueError: A picture is not (H, W), is not finite, or sources are too few or many.
        ImageSizeError: The sizes differ, or are too small.
    """
    _require_count(len(sources), least_sources, most_sources)
    pictures = [np.asarray(picture, np.float64) for picture in (*sources, fused)]
    for picture in pictures:
        if picture.ndim != 2 or picture.size == 0:
            raise ImageValueError(f"expected grey pictures (H, W), got shape {picture.shape}")
        _require_finite(picture)
        _require_same_size(picture, pictures[-1])
    _require_side(pictures[-1], least_side)
    return pictures[:-1], pictures[-1]


def band_pictures(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    least_sources: int = 1,
    most_sources: int | None = None,
    least_side: int = 1,
    bands: int | None = None,
) -> tuple[list[Bands], Bands]:
    """Check pictures of several bands, such as RGB, and turn them to float64.

    Args:
        sources: Pictures (H, W, C) of any real dtype.
        fused: (H, W, C).
        least_sources: How many sources the metric needs at least.
        most_sources: How many it can take at most; None for any number.
        least_side: Shortest side that the metric can measure, in pixels.
        bands: The number of bands, if the metric asks for one.

    Returns:
        Sources and fused picture, float64.

    Raises:
        ImageValueError: A picture is not (H, W, C), is not finite, or sources are too few or many.
        ImageSizeError: The sizes differ, or are too small.
    """
    _require_count(len(sources), least_sources, most_sources)
    pictures = [np.asarray(picture, np.float64) for picture in (*sources, fused)]
    wanted = "C" if bands is None else str(bands)
    for picture in pictures:
        if picture.ndim != 3 or picture.size == 0 or bands not in {None, picture.shape[2]}:
            raise ImageValueError(f"expected pictures (H, W, {wanted}), got shape {picture.shape}")
        _require_finite(picture)
        _require_same_size(picture, pictures[-1])
    _require_side(pictures[-1], least_side)
    return pictures[:-1], pictures[-1]


def eight_bit_levels(picture: Grey, data_range: float) -> NDArray[np.intp]:
    """Give the nearest of the 256 levels for histograms, as toolboxes do with 8-bit pictures.

    Args:
        picture: (H, W), values from 0 to ``data_range``.
        data_range: Largest possible value, positive.

    Returns:
        (H, W), 0 to 255; values beyond the range count as the nearest end.

    Raises:
        ImageValueError: ``data_range`` is not a positive number.
    """
    scaled = picture * (255 / positive_range(data_range))
    return np.asarray(np.clip(np.floor(scaled + 0.5), 0, 255), np.intp)


def positive_range(data_range: float) -> float:
    """Check the range of the values.

    Raises:
        ImageValueError: It is not a positive, finite number, or absurdly large or small.
    """
    if not 1e-30 <= data_range <= 1e30:  # beyond, squares overflow
        raise ImageValueError(
            f"expected a positive data_range, got {data_range}; say 255, 65535 or 1"
        )
    return float(data_range)


def _require_count(count: int, least: int, most: int | None) -> None:
    if count < least:
        raise ImageValueError(f"expected at least {least} sources, got {count}")
    if most is not None and count > most:
        raise ImageValueError(f"expected at most {most} sources, got {count}")


def _require_finite(picture: NDArray[np.float64]) -> None:
    if not np.isfinite(picture).all():
        raise ImageValueError("expected finite values, got NaN or infinity")


def _require_same_size(picture: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    if picture.shape != other.shape:
        raise ImageSizeError(
            f"expected pictures of one size, got {picture.shape} and {other.shape}"
        )


def _require_side(picture: NDArray[np.float64], least: int) -> None:
    if min(picture.shape[:2]) < least:
        raise ImageSizeError(
            f"expected a picture of at least {least}x{least} pixels, got {picture.shape}"
        )
