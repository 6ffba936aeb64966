"""The two pictures, read as one: bands on the panchromatic grid, and the reverse."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.grids import Grid, covered
from gifnet.pansharpening.rasters import Raster, Valid, Window, extended
from gifnet.pansharpening.resampling import Weights, resample, weights
from gifnet.pansharpening.statistics import Statistics

BLOCK = 1024
"""Side of the blocks that pictures are worked through in; a multiple of the tiles of a file."""


@dataclass(frozen=True)
class FinePicture:
    """A picture on the panchromatic grid.

    Attributes:
        read: gives a region, which may leave the picture.
        down: pixels that its content is moved down by when it is looked at.
        right: and to the right.
    """

    read: Callable[[Region], Window]
    down: float = 0.0
    right: float = 0.0

    def moved(self, down: float, right: float) -> "FinePicture":
        """The same, moved further."""
        return FinePicture(self.read, self.down + down, self.right + right)

    def at(self, region: Region) -> FloatArray:
        """Its values in a region."""
        if not (self.down or self.right):
            return self.read(region).values
        rows = weights(np.arange(region.top, region.bottom, dtype=np.float64) - self.down)
        columns = weights(np.arange(region.left, region.right, dtype=np.float64) - self.right)
        return resample(rows, self.read(between(rows, columns)).values, columns)

    def coarse(self, grid: Grid, region: Region, sigma: float) -> Window:
        """What a multispectral sensor would see of it.

        Args:
            grid: the two grids.
            region: in multispectral pixels; may leave the picture, whose border is repeated.
            sigma: of the Gaussian that the sensor blurs by, in panchromatic pixels.

        Returns:
            The region; valid is what no pixel without data took part in.
        """
        high, wide = grid.coarse.height - 1, grid.coarse.width - 1
        lines = np.clip(np.arange(region.top, region.bottom), 0, high)
        places = np.clip(np.arange(region.left, region.right), 0, wide)
        rows = weights(
            grid.rows.fine(np.arange(lines[0], lines[-1] + 1, dtype=np.float64)) - self.down, sigma
        )
        columns = weights(
            grid.columns.fine(np.arange(places[0], places[-1] + 1, dtype=np.float64)) - self.right,
            sigma,
        )
        window = self.read(between(rows, columns))
        values = resample(rows, window.values, columns)
        valid = np.ones(values.shape, bool)
        if not window.valid.all():
            lost = resample(_absolute(rows), (~window.valid).astype(np.float32), _absolute(columns))
            valid = lost < 1e-3
        within = np.ix_(lines - lines[0], places - places[0])
        return Window(values[within], valid[within])


@dataclass(frozen=True)
class Scene:
    """A panchromatic and a multispectral picture of one place.

    Attributes:
        panchromatic: one band.
        multispectral: any number of bands.
        grid: how their pixels lie.
        fine_statistics: of the panchromatic picture.
        band_statistics: of each band.
    """

    panchromatic: Raster
    multispectral: Raster
    grid: Grid
    fine_statistics: Statistics
    band_statistics: tuple[Statistics, ...]

    @property
    def has_gaps(self) -> bool:
        """Whether some pixels of the panchromatic grid have no data."""
        covers = all(
            covered(axis, np.array([0.0, axis.fine_length - 1.0])).all()
            for axis in (self.grid.rows, self.grid.columns)
        )
        coarse = self.grid.coarse.height * self.grid.coarse.width
        return (
            not covers
            or self.fine_statistics.count < self.grid.fine.height * self.grid.fine.width
            or any(known.count < coarse for known in self.band_statistics)
        )

    def coarse_blocks(self) -> Iterator[Region]:
        """Cut the multispectral grid into blocks that cover about as much as one of ``blocks``."""
        return blocks(self.grid.coarse, max(int(BLOCK / self.grid.ratio), 32))

    @property
    def fine(self) -> FinePicture:
        """The panchromatic picture, unmoved."""
        rest = self.fine_statistics.mean
        return FinePicture(lambda region: extended(self.panchromatic, 0, region, rest))

    def band(self, band: int, region: Region) -> Window:
        """A region of a band, in multispectral pixels; may leave the picture."""
        return extended(self.multispectral, band, region, self.band_statistics[band].mean)

    def coarse_region(self, region: Region) -> Region:
        """The multispectral pixels that a region of the panchromatic picture is made of."""
        return between(*self.enlarging(region))

    def enlarging(self, region: Region) -> tuple[Weights, Weights]:
        """The matrices that enlarge ``coarse_region`` to a region."""
        rows = self.grid.rows.coarse(np.arange(region.top, region.bottom, dtype=np.float64))
        columns = self.grid.columns.coarse(np.arange(region.left, region.right, dtype=np.float64))
        return weights(rows), weights(columns)

    def enlarged(self, samples: FloatArray, region: Region) -> FloatArray:
        """Enlarge the values of ``coarse_region`` to a region."""
        rows, columns = self.enlarging(region)
        return resample(rows, samples, columns)

    def valid(self, band: int, region: Region) -> Valid:
        """Where a region has data in both pictures."""
        fine_rows = np.arange(region.top, region.bottom, dtype=np.float64)
        fine_columns = np.arange(region.left, region.right, dtype=np.float64)
        nearest = [
            np.rint(axis.coarse(fine)).astype(int)
            for axis, fine in ((self.grid.rows, fine_rows), (self.grid.columns, fine_columns))
        ]
        around = Region(
            int(nearest[0][0]), int(nearest[1][0]), int(nearest[0][-1]) + 1, int(nearest[1][-1]) + 1
        )
        bands = self.band(band, around).valid
        valid = bands[np.ix_(nearest[0] - around.top, nearest[1] - around.left)]
        inside = np.outer(
            covered(self.grid.rows, fine_rows), covered(self.grid.columns, fine_columns)
        )
        return np.asarray(valid & inside & self.panchromatic.read(0, region).valid)


def blocks(whole: Region, side: int | None = None) -> Iterator[Region]:
    """Cut a picture into blocks, row by row; of ``BLOCK`` pixels where no side is given."""
    side = side or BLOCK
    for top in range(whole.top, whole.bottom, side):
        for left in range(whole.left, whole.right, side):
            yield Region(top, left, min(top + side, whole.bottom), min(left + side, whole.right))


def between(rows: Weights, columns: Weights) -> Region:
    """The region that matrices read."""
    return Region(rows.first, columns.first, rows.end, columns.end)


def _absolute(axis: Weights) -> Weights:
    return Weights(axis.first, np.abs(axis.matrix))
