"""Turning and mirroring pixels as an orientation tag says."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Array = TypeVar("_Array", bound=NDArray[np.generic])


def turn_upright(pixels: _Array, orientation: int) -> _Array:
    """Turn a picture as its orientation tag says.

    Args:
        pixels: (H, W) or (H, W, C), as stored.
        orientation: 1 to 8, as the EXIF standard has it: where the first row and column lie.

    Returns:
        The upright picture; the same array for 1.
    """
    if orientation in {1, 0}:
        return pixels
    turned: NDArray[np.generic] = pixels
    if orientation >= 5:
        turned = turned.swapaxes(0, 1)
    # After the transposition of 5 to 8: which axes run backwards.
    if orientation in {3, 4, 7, 8}:
        turned = turned[::-1]
    if orientation in {2, 3, 6, 7}:
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)  # type: ignore[return-value]
