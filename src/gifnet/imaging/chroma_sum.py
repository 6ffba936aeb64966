"""One chroma of any number of sources, added up one after the other."""

import numpy as np

from gifnet.imaging.arrays import FloatArray

Slices = tuple[slice, slice]


class ChromaSum:
    """The rule of ``fuse_chroma`` for any number of sources: the stronger colour counts more.

    Four numbers a pixel are held, however many sources there are; their order plays no part but in
    the last digit.

    Args:
        height: rows of the pictures.
        width: columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self._weighted: FloatArray = np.zeros((height, width, 2), np.float32)
        self._total: FloatArray = np.zeros((height, width, 2), np.float32)

    def add(self, region: Slices, chroma: FloatArray) -> None:
        """Add a region of a source with colour.

        Args:
            region: rows and columns.
            chroma: (rows, columns, 2), Cb and Cr in [-0.5, 0.5].
        """
        weight = np.abs(chroma)
        self._total[region] += weight
        weight *= chroma
        self._weighted[region] += weight

    def mean(self, region: Slices) -> FloatArray:
        """Give the chroma of a region.

        Args:
            region: rows and columns.

        Returns:
            (rows, columns, 2): the sum of c |c| over the sources by that of |c|, and 0 where all
            are neutral.
        """
        weighted, total = self._weighted[region], self._total[region]
        mean: FloatArray = np.divide(
            weighted, total, out=np.zeros_like(weighted), where=total > 0.0
        )
        return mean
