"""A pair that lies in memory, fused by what reads and writes regions."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.engine import Read, Write
from gifnet.engine.regions import Region

FloatArray = NDArray[np.float32]
Fuse = Callable[[int, int, Read, Write], None]
"""Height, width, read, write: as for ``compute``."""


def fuse_whole_pair(pair: FloatArray, fuse: Fuse) -> FloatArray:
    """Fuse a pair.

    Args:
        pair: both sources, (1, 2, height, width) in [0, 1].
        fuse: fuses region by region.

    Returns:
        The fused luma, (height, width); NaN where nothing was written.
    """
    height, width = pair.shape[-2:]
    fused: FloatArray = np.full((height, width), np.nan, np.float32)

    def read(region: Region) -> FloatArray:
        return pair[(..., *region.slices)]

    def write(region: Region, luma: FloatArray) -> None:
        fused[region.slices] = luma

    fuse(height, width, read, write)
    return fused
