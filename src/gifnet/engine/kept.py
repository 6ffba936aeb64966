"""Features of one level, kept between two passes in bands as high as a row of tiles."""

from collections.abc import Callable
from dataclasses import dataclass

from gifnet.engine.regions import Region
from gifnet.engine.runtime import Features

Allocate = Callable[[int, int], Features]


@dataclass
class _Band:
    top: int
    bottom: int
    features: Features


class KeptFeatures:
    """The first rows of the features; bands come as tiles are put, and go as passes are done.

    Args:
        allocate: makes an array for a band, of so many rows and columns.
        rows: so many of the picture's first rows are kept.
        columns: columns of the features.
    """

    def __init__(self, allocate: Allocate, rows: int, columns: int) -> None:
        self._allocate = allocate
        self._rows = rows
        self._columns = columns
        self._bands: list[_Band] = []

    def put(self, tile: Region, features: Features) -> None:
        """Keep a tile's features, if its rows are among those to be kept."""
        if tile.bottom > self._rows:
            return
        self._band(tile).features[:, :, tile.left : tile.right] = features

    def holds(self, region: Region) -> bool:
        """Whether all rows of a region are, or will be, among those that are kept."""
        return region.bottom <= self._rows

    def parts(self, region: Region) -> list[Features]:
        """Give a region's features, a part for each band it lies in; none if not all are kept."""
        bands = [band for band in self._bands if region.meets_rows(band.top, band.bottom)]
        if not bands or bands[0].top > region.top or bands[-1].bottom < region.bottom:
            return []
        return [
            band.features[
                :,
                max(region.top - band.top, 0) : region.bottom - band.top,
                region.left : region.right,
            ]
            for band in bands
        ]

    def forget_above(self, row: int) -> None:
        """Give back the memory of bands that end at a row or above."""
        self._bands = [band for band in self._bands if band.bottom > row]

    def _band(self, tile: Region) -> _Band:
        """The band of a tile, made for the first one in it."""
        for band in self._bands:
            if band.top == tile.top:
                return band
        self._bands.append(_Band(tile.top, tile.bottom, self._allocate(tile.height, self._columns)))
        return self._bands[-1]
