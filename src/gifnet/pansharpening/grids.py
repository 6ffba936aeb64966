"""How the pixels of the panchromatic picture lie among those of the multispectral one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.errors import ImageSizeError

Positions = NDArray[np.float64]

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Axis:
    """One axis of the two grids; whole numbers are the centres of pixels.

    Attributes:
        scale: multispectral pixels that a panchromatic pixel is long, at most 1.
        offset: where the panchromatic picture's edge lies, in multispectral pixels from the edge
            of the multispectral picture.
        fine_length: panchromatic pixels.
        coarse_length: multispectral pixels.
    """

    scale: float
    offset: float
    fine_length: int
    coarse_length: int

    def coarse(self, fine: Positions) -> Positions:
        """Turn panchromatic positions into multispectral ones."""
        return np.asarray((fine + 0.5) * self.scale + self.offset - 0.5)

    def fine(self, coarse: Positions) -> Positions:
        """Turn multispectral positions into panchromatic ones."""
        return np.asarray((coarse + 0.5 - self.offset) / self.scale - 0.5)

    @property
    def overlap(self) -> float:
        """Multispectral pixels that both pictures cover."""
        end = min(self.offset + self.fine_length * self.scale, self.coarse_length)
        return end - max(self.offset, 0.0)


@dataclass(frozen=True)
class Grid:
    """The two grids, row by row and column by column."""

    rows: Axis
    columns: Axis

    @property
    def ratio(self) -> float:
        """Panchromatic pixels that a multispectral pixel is long: the mean of both axes."""
        return 1 / math.sqrt(self.rows.scale * self.columns.scale)

    @property
    def fine(self) -> Region:
        """The whole panchromatic picture."""
        return Region(0, 0, self.rows.fine_length, self.columns.fine_length)

    @property
    def coarse(self) -> Region:
        """The whole multispectral picture."""
        return Region(0, 0, self.rows.coarse_length, self.columns.coarse_length)


def grid_by_size(fine: tuple[int, int], coarse: tuple[int, int]) -> Grid:
    """Lay two pictures over each other that show the same, edge on edge.

    Args:
        fine: height and width of the panchromatic picture.
        coarse: of the multispectral picture.

    Returns:
        The grid.

    Raises:
        ImageSizeError: the multispectral picture is the finer one.
    """
    rows, columns = (
        Axis(few / many, 0.0, many, few) for many, few in zip(fine, coarse, strict=True)
    )
    return checked(Grid(rows, columns))


def checked(grid: Grid) -> Grid:
    """Check that the panchromatic picture is the finer one and that the pictures overlap.

    Raises:
        ImageSizeError: they do not fit.
    """
    fine, coarse = grid.fine, grid.coarse
    if max(grid.rows.scale, grid.columns.scale) > 1 + _ROUNDING:
        raise ImageSizeError(
            "expected a panchromatic picture at least as fine as the multispectral one, got pixels "
            f"that are {grid.rows.scale:.4g} x {grid.columns.scale:.4g} multispectral ones long "
            f"({fine.width} x {fine.height} and {coarse.width} x {coarse.height} pixels); are the "
            "two exchanged? The panchromatic picture comes first"
        )
    if min(grid.rows.overlap, grid.columns.overlap) <= 0:
        raise ImageSizeError(
            "expected pictures of one place, got some that do not overlap: the panchromatic "
            f"picture begins at row {grid.rows.offset:.1f}, column {grid.columns.offset:.1f} of "
            f"the multispectral one, which has {coarse.height} x {coarse.width}; check their "
            "georeferences"
        )
    return grid


def covered(axis: Axis, fine: Positions) -> NDArray[np.bool_]:
    """Tell which panchromatic positions have a multispectral pixel, or one next to them."""
    coarse = axis.coarse(fine)
    return np.asarray((coarse > -1.5) & (coarse < axis.coarse_length + 0.5))
