"""The checks of the arguments that all metrics share."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError

Grey = NDArray[np.float64]
"""(H, W)."""
Bands = NDArray[np.float64]
"""(H, W, C)."""

_OVERSHOOT = 0.1
"""By which share of the range values may lie outside of it: filters and networks overshoot."""


def grey_pictures(
    sources: Iterable[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float,
    least_sources: int = 0,
    most_sources: int | None = None,
    least_side: int = 1,
) -> tuple[list[Grey], Grey]:
    """Check pictures and turn them to float64.

    Args:
        sources: Pictures (H, W) of any real dtype, in a list or what else can be gone through.
        fused: (H, W).
        data_range: Largest possible value. Values may overshoot the range by a tenth of it. That
            all are far below it cannot be told from a dark picture, and is accepted.
        least_sources: How many sources the metric needs at least.
        most_sources: How many it can take at most; None for any number.
        least_side: Shortest side that the metric can measure, in pixels.

    Returns:
        Sources and fused picture, float64.

    Raises:
        ImageValueError: A picture is not (H, W), does not hold real, finite numbers or leaves
            the range; there are too few or too many sources; or ``data_range`` is no range.
        ImageSizeError: The sizes differ, or are too small.
    """
    limit = positive_range(data_range)
    references = source_list(sources)
    _require_count(len(references), least_sources, most_sources)
    pictures = [_real_array(picture) for picture in (*references, fused)]
    for picture in pictures:
        if picture.ndim != 2 or picture.size == 0:
            raise ImageValueError(f"expected grey pictures (H, W), got shape {picture.shape}")
        _require_range(picture, limit)
        _require_same_size(picture, pictures[-1])
    _require_side(pictures[-1], least_side)
    return pictures[:-1], pictures[-1]


def band_pictures(
    sources: Iterable[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float,
    least_sources: int = 1,
    most_sources: int | None = None,
    least_side: int = 1,
    bands: int | None = None,
) -> tuple[list[Bands], Bands]:
    """Check pictures of several bands, such as RGB, and turn them to float64.

    Args:
        sources: Pictures (H, W, C) of any real dtype, in a list or what else can be gone through.
        fused: (H, W, C).
        data_range: Largest possible value. Values may overshoot the range by a tenth of it. That
            all are far below it cannot be told from a dark picture, and is accepted.
        least_sources: How many sources the metric needs at least.
        most_sources: How many it can take at most; None for any number.
        least_side: Shortest side that the metric can measure, in pixels.
        bands: The number of bands, if the metric asks for one.

    Returns:
        Sources and fused picture, float64.

    Raises:
        ImageValueError: A picture is not (H, W, C), does not hold real, finite numbers or leaves
            the range; there are too few or too many sources; or ``data_range`` is no range.
        ImageSizeError: The sizes differ, or are too small.
    """
    limit = positive_range(data_range)
    references = source_list(sources)
    _require_count(len(references), least_sources, most_sources)
    pictures = [_real_array(picture) for picture in (*references, fused)]
    wanted = "C" if bands is None else str(bands)
    for picture in pictures:
        if picture.ndim != 3 or picture.size == 0 or bands not in {None, picture.shape[2]}:
            raise ImageValueError(f"expected pictures (H, W, {wanted}), got shape {picture.shape}")
        _require_range(picture, limit)
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
    given: object = data_range
    number = given.item() if isinstance(given, np.number) else given
    # beyond, squares overflow
    if not isinstance(number, int | float) or not 1e-30 <= number <= 1e30:
        raise ImageValueError(
            f"expected a positive data_range, got {number!r}; say 255, 65535 or 1"
        )
    return float(number)


def source_list(sources: Iterable[NDArray[Any]]) -> list[NDArray[Any]]:
    """Go through the sources once, for metrics that need them twice.

    Raises:
        ImageValueError: They cannot be gone through.
    """
    try:
        return list(sources)
    except TypeError:
        raise ImageValueError(
            f"expected a list of sources, got {type(sources).__name__}; say [] for no sources"
        ) from None


def _real_array(picture: NDArray[Any]) -> NDArray[np.float64]:
    try:
        array = np.asarray(picture)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged lists, tensors with gradients
        raise ImageValueError(f"expected a picture as an array of real numbers: {error}") from error
    if array.dtype.kind not in "buif":
        raise ImageValueError(
            f"expected a picture of real numbers, got {type(picture).__name__} with dtype "
            f"{array.dtype}"
        )
    with np.errstate(over="ignore"):  # long doubles become infinity, which is refused
        return np.asarray(array, np.float64)


def _require_count(count: int, least: int, most: int | None) -> None:
    if count < least:
        raise ImageValueError(f"expected at least {least} sources, got {count}")
    if most is not None and count > most:
        raise ImageValueError(f"expected at most {most} sources, got {count}")


def _require_range(picture: NDArray[np.float64], data_range: float) -> None:
    low, high = float(picture.min()), float(picture.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ImageValueError("expected finite values, got NaN or infinity")
    overshoot = _OVERSHOOT * data_range
    if low >= -overshoot and high <= data_range + overshoot:
        return
    if high > data_range + overshoot:
        found = high
        fitting = [f"{each}" for each in (255, 65535) if each >= high]
        cure = f"say data_range={(fitting or ['the largest possible value'])[0]}, or clip"
    else:
        found = low
        cure = "shift or clip them"
    raise ImageValueError(
        f"expected values from 0 to data_range={data_range:g}, got {found:g}; {cure}"
    )


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
