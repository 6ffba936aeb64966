"""The checks of what baselines are given."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError, ImageSizeError, ImageValueError

Picture = NDArray[np.float32]
"""(H, W) or (H, W, C), 0 to 1."""
LEAST_SIDE = 5


def grey_sources(sources: Sequence[NDArray[Any]]) -> list[Picture]:
    """Check the sources of a fusion.

    Args:
        sources: At least two pictures (H, W) of one size, floating point, 0 to 1, at least 5x5.

    Returns:
        The same, float32, contiguous.

    Raises:
        EvaluationError: There are fewer than two.
        ImageValueError: A source is not a grey picture of floating point numbers from 0 to 1.
        ImageSizeError: The sizes differ, or are too small.
    """
    if len(sources) < 2:
        raise EvaluationError(f"expected at least two sources to fuse, got {len(sources)}")
    pictures = [_floating(source, "(H, W)", 2) for source in sources]
    for picture in pictures:
        if picture.shape != pictures[0].shape:
            raise ImageSizeError(
                f"expected sources of one size, got {pictures[0].shape} and {picture.shape}"
            )
    _require_side(pictures[0])
    return pictures


def pansharpening_sources(
    multispectral: NDArray[Any], panchromatic: NDArray[Any]
) -> tuple[Picture, Picture]:
    """Check the sources of a pansharpening.

    Args:
        multispectral: (h, w, C), floating point, 0 to 1.
        panchromatic: (H, W), likewise, at least 5x5, H and W being the same whole multiple of h
            and w.

    Returns:
        The same, float32, contiguous.

    Raises:
        ImageValueError: A source is not a picture of that form, of numbers from 0 to 1.
        ImageSizeError: The sizes do not fit, or are too small.
    """
    low = _floating(multispectral, "(h, w, C)", 3)
    high = _floating(panchromatic, "(H, W)", 2)
    _require_side(high)
    ratio = high.shape[0] // low.shape[0]
    if ratio < 1 or (ratio * low.shape[0], ratio * low.shape[1]) != high.shape:
        raise ImageSizeError(
            "expected a panchromatic picture whose sides are the same whole multiple of those of "
            f"the multispectral one, got {high.shape} and {low.shape[:2]}"
        )
    return low, high


def within_range(picture: NDArray[Any]) -> Picture:
    """Cut values off at 0 and 1, and make them float32."""
    return np.asarray(np.clip(picture, 0, 1), np.float32)


def _floating(source: NDArray[Any], form: str, axes: int) -> Picture:
    array = np.asarray(source)
    if array.ndim != axes or array.size == 0 or not np.issubdtype(array.dtype, np.floating):
        raise ImageValueError(
            f"expected a picture {form} of floating point numbers, got {array.dtype} of shape "
            f"{array.shape}"
        )
    if not (array.min() >= 0 and array.max() <= 1):  # false for NaN, too
        raise ImageValueError(
            f"expected values from 0 to 1, got {array.min():.6g} to {array.max():.6g}: divide by "
            "the largest possible value"
        )
    return np.ascontiguousarray(array, np.float32)


def _require_side(picture: Picture) -> None:
    if min(picture.shape) < LEAST_SIDE:
        raise ImageSizeError(
            f"expected a picture of at least {LEAST_SIDE}x{LEAST_SIDE} pixels, got {picture.shape}"
        )
