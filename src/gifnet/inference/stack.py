"""Fusing a stack of pictures, of which one is held at a time."""

from collections.abc import Callable, Sequence

import numpy as np

from gifnet.engine import Region
from gifnet.errors import ImageSizeError
from gifnet.imaging.arrays import FloatArray, Picture, from_float, require_same_size, widest_dtype
from gifnet.imaging.chroma_sum import ChromaSum
from gifnet.imaging.colour import ycbcr_to_rgb
from gifnet.inference.network import Advance, Read, Write
from gifnet.inference.sources import Source
from gifnet.inference.stack_composites import Composites

FuseLuma = Callable[[int, int, Read, Write, Advance], None]
"""Height, width, read, write, advance: see ``Network.fuse``."""

_STRIP = 2**20
_NETWORK = 10
"""Slices that can be looked at while the network computes, roughly: for the progress."""


def fuse_stack(pictures: Sequence[Picture], fuse_luma: FuseLuma, advance: Advance) -> Picture:
    """Fuse pictures that are asked for one after the other, each once.

    Args:
        pictures: as for ``Fuser.fuse_stack``; at least one.
        fuse_luma: fuses two grey pictures, region by region.
        advance: is told the share of the work that is done.

    Returns:
        As ``Fuser.fuse_stack``.

    Raises:
        ImageValueError: a dtype, shape or value cannot be fused.
        ImageSizeError: the sizes differ.
    """
    sums = _Sums()
    looking = len(pictures) / (len(pictures) + _NETWORK)
    for number in range(len(pictures)):
        sums.add(pictures[number], name=f"pictures[{number}]")
        advance(looking * (number + 1) / len(pictures))
    selected, second = sums.composites.pair()
    fused: Picture = np.full(sums.shape, 0, sums.dtype)

    def read(region: Region) -> FloatArray:
        pair: FloatArray = np.stack([selected[region.slices], second[region.slices]])[None]
        return pair

    def write(region: Region, luma: FloatArray) -> None:
        values = luma
        if sums.chroma is not None:
            values = ycbcr_to_rgb(luma, sums.chroma.mean(region.slices))
        elif len(sums.shape) == 3:
            values = np.stack([luma] * 3, axis=-1)
        fused[region.slices] = from_float(values, sums.dtype)

    height, width = sums.shape[:2]
    fuse_luma(height, width, read, write, lambda share: advance(looking + (1 - looking) * share))
    return fused


class _Sums:
    """What is kept of the slices."""

    shape: tuple[int, ...] = ()
    dtype: np.dtype[np.generic]
    composites: Composites
    chroma: ChromaSum | None = None

    def add(self, picture: Picture, *, name: str) -> None:
        source = Source(picture, name=name)
        height, width = source.shape[:2]
        if not self.shape:
            self.shape, self.dtype = source.shape, widest_dtype(picture)
            self.composites = Composites(height, width)
        require_same_size(self.shape, source.shape, names=("pictures[0]", name))
        self.shape = max(self.shape, source.shape, key=len)
        self.dtype = max(self.dtype, widest_dtype(picture), key=lambda dtype: dtype.itemsize)
        columns = slice(0, width)
        step = max(_STRIP // width, 1)
        strips = [slice(top, min(top + step, height)) for top in range(0, height, step)]
        luma: FloatArray = np.empty((height, width), np.float32)
        for rows in strips:
            luma[rows] = source.luma((rows, columns))
            chroma = source.chroma((rows, columns))
            if chroma is not None:
                self.chroma = self.chroma or ChromaSum(height, width)
                self.chroma.add((rows, columns), chroma)
        self.composites.add(luma)


def require_several(count: int) -> None:
    """Refuse a stack of one picture, or of none.

    Args:
        count: of the pictures.

    Raises:
        ImageSizeError: there are fewer than two.
    """
    if count < 2:
        raise ImageSizeError(
            f"expected at least two pictures of one scene, got {count}; to make a single one "
            "clearer, enhance it"
        )
