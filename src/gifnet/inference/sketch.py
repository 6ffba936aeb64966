"""A source reduced to what guessing needs: mean luma, sharpness and dark pixels of small cells."""

from typing import NamedTuple

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.inference.sources import Source

# Cells along the longer side, at most.
_CELLS = 96
# Luma below this is background in a medical picture.
_DARK = 0.04
_STRIP = 2**20


class Sketch(NamedTuple):
    """A source in cells of a few pixels; arrays are float32, one value a cell.

    Attributes:
        luma: its mean.
        sharpness: the mean step to the next pixel, to the right and downwards.
        dark: share of its pixels that are nearly black.
        coloured: whether the source has colour.
    """

    luma: FloatArray
    sharpness: FloatArray
    dark: FloatArray
    coloured: bool


def sketch(source: Source) -> Sketch:
    """Draw a sketch of a source, strip by strip.

    Args:
        source: of any size.

    Returns:
        The sketch, of at most 96 cells along the longer side.
    """
    height, width = source.shape[:2]
    side = max(-(-max(height, width) // _CELLS), 1)
    rows = max(_STRIP // max(width * side, 1), 1) * side
    strips = []
    for top in range(0, height, rows):
        # With the next row, to which the last one's step leads.
        bottom = min(top + rows, height)
        luma = source.luma((slice(top, min(bottom + 1, height)), slice(0, width)))
        strips.append(_cells(luma, bottom - top, side))
    luma, sharpness, dark = (np.concatenate(parts) for parts in zip(*strips, strict=True))
    return Sketch(luma, sharpness, dark, source.look.coloured)


def _cells(luma: FloatArray, rows: int, side: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    steps = np.zeros_like(luma)
    steps[:, :-1] += np.abs(np.diff(luma, axis=1))
    steps[:-1] += np.abs(np.diff(luma, axis=0))
    luma, steps = luma[:rows], steps[:rows]
    return _means(luma, side), _means(steps, side), _means((luma < _DARK).astype(np.float32), side)


def _means(values: FloatArray, side: int) -> FloatArray:
    for axis in (0, 1):
        length = values.shape[axis]
        starts = np.arange(0, length, side)
        counts = np.minimum(side, length - starts).astype(np.float32)
        values = np.add.reduceat(values, starts, axis=axis)
        values = values / (counts if axis == 1 else counts[:, None])
    return values
