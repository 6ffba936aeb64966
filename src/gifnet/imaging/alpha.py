"""Which alpha channel the fused picture gets."""

from collections.abc import Sequence

import numpy as np

from gifnet.imaging.arrays import Picture, widest_dtype
from gifnet.imaging.depth import convert_depth


def fuse_alpha(alphas: Sequence[Picture | None]) -> Picture | None:
    """Make one alpha channel of several.

    Args:
        alphas: (H, W), uint8, uint16 or float32, the largest value (float32: 1) is opaque; None
            for a source without an alpha channel.

    Returns:
        The only one there is, or None; of several, the largest value of each pixel, because a
        pixel is worth seeing as soon as one source shows it. Of the widest dtype.
    """
    present = [alpha for alpha in alphas if alpha is not None]
    if not present:
        return None
    dtype = widest_dtype(*present)
    fused = convert_depth(present[0], dtype)
    for alpha in present[1:]:
        fused = np.maximum(fused, convert_depth(alpha, dtype))
    return fused
