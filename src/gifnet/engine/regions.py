"""Rectangles of a picture: tiles, the attention windows that they need, and margins."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gifnet.engine.folding import WINDOW


class Region(NamedTuple):
    """Rows ``top`` to ``bottom`` and columns ``left`` to ``right``, the ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, margin: int) -> "Region":
        """Add a margin on all sides."""
        return Region(
            self.top - margin, self.left - margin, self.bottom + margin, self.right + margin
        )

    def clipped(self, height: int, width: int) -> "Region":
        """What of it lies in a picture."""
        return Region(
            max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width)
        )

    def within(self, outer: "Region") -> "Region":
        """The same rectangle, counted from the corner of one that contains it."""
        return Region(
            self.top - outer.top,
            self.left - outer.left,
            self.bottom - outer.top,
            self.right - outer.left,
        )

    def windows(self, start: int = 0) -> "Region":
        """The smallest rectangle of whole windows around it.

        Args:
            start: where a window starts, 0 or ``WINDOW // 2``.
        """
        top, left = ((value - start) // WINDOW * WINDOW + start for value in (self.top, self.left))
        bottom, right = (
            -((start - value) // WINDOW) * WINDOW + start for value in (self.bottom, self.right)
        )
        return Region(top, left, bottom, right)

    def enlarged(self, height: int, width: int, limits: "Region", step: int) -> "Region":
        """Make it at least so large, as far as limits allow: upwards and to the left first.

        Args:
            height: rows wanted.
            width: columns wanted.
            limits: what it may not leave; its top and left are on the grid of ``step``.
            step: the corner stays on this grid.
        """
        top, bottom = _stretched(self.top, self.bottom, height, limits.top, limits.bottom, step)
        left, right = _stretched(self.left, self.right, width, limits.left, limits.right, step)
        return Region(top, left, bottom, right)

    def meets_rows(self, top: int, bottom: int) -> bool:
        """Whether it has rows in common with those."""
        return self.top < bottom and top < self.bottom


def padded(length: int) -> int:
    """The length of a side as the branches see it: the next multiple of 4 (D12)."""
    return -(-length // 4) * 4


def tiles(height: int, width: int, side: int, start: int = 0) -> Iterator[Region]:
    """Cut a picture into tiles of about equal size, row by row.

    Args:
        height: rows, a multiple of 4.
        width: columns, a multiple of 4.
        side: longest side of a tile, a multiple of ``WINDOW``.
        start: where a window starts, 0 or ``WINDOW // 2``; tiles are whole windows inside the
            picture.
    """
    for top, bottom in pairwise(_cuts(height, side, start)):
        for left, right in pairwise(_cuts(width, side, start)):
            yield Region(top, left, bottom, right)


def _stretched(
    start: int, end: int, wanted: int, least: int, most: int, step: int
) -> tuple[int, int]:
    missing = max(wanted - (end - start), 0)
    start = max(start - -(-missing // step) * step, least)
    return start, max(end, min(start + wanted, most))


def _cuts(length: int, side: int, start: int) -> list[int]:
    count = -(-length // side)
    step = -(-length // (count * WINDOW)) * WINDOW
    # The last tile is at least a window wide, so that its border can be reflected.
    inner = [cut + start for cut in range(step, length, step) if cut + start + WINDOW <= length]
    return [0, *inner, length]
