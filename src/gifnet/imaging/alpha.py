"""Which alpha channel the fused picture gets."""

import numpy as np
from numpy.typing import NDArray


def fuse_alpha(
    first: NDArray[np.uint8] | None, second: NDArray[np.uint8] | None
) -> NDArray[np.uint8] | None:
    """Make one alpha channel of two.

    Args:
        first: (H, W), uint8, 255 is opaque; None if the source has no alpha channel.
        second: likewise.

    Returns:
        The only one there is, or None; of two, the larger value of each pixel, because a pixel
        is worth seeing as soon as one source shows it.
    """
    if first is None or second is None:
        return second if first is None else first
    return np.maximum(first, second)
