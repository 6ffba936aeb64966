"""The check of the arguments that all metrics share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError

Grey = NDArray[np.float64]


def grey_pictures(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, least_sources: int = 0
) -> tuple[list[Grey], Grey]:
    """Check pictures and turn them to float64.

    Args:
        sources: Pictures (H, W) of any real dtype.
        fused: (H, W).
        least_sources: How many sources the metric needs at least.

    Returns:
        Sources and fused picture, float64.

    Raises:
        ImageValueError: A picture is not (H, W), is not finite, or sources are too few.
        ImageSizeError: The sizes differ.
    """
    if len(sources) < least_sources:
        raise ImageValueError(f"expected at least {least_sources} sources, got {len(sources)}")
    pictures = [np.asarray(picture, np.float64) for picture in (*sources, fused)]
    for picture in pictures:
        if picture.ndim != 2 or picture.size == 0:
            raise ImageValueError(f"expected grey pictures (H, W), got shape {picture.shape}")
        if not np.isfinite(picture).all():
            raise ImageValueError("expected finite values, got NaN or infinity")
        if picture.shape != pictures[-1].shape:
            raise ImageSizeError(
                f"expected pictures of one size, got {picture.shape} and {pictures[-1].shape}"
            )
    return pictures[:-1], pictures[-1]
