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


class BandStore:
    """Memory for bands of one width, used again: new pages are slow to come, and to go.

    Args:
        allocate: makes an array of so many rows and columns.
        spare: bytes that may be held while nothing needs them.
    """

    def __init__(self, allocate: Allocate, spare: float) -> None:
        self._allocate = allocate
        self._spare = spare
        self._unused: dict[int, list[Features]] = {}

    def take(self, rows: int, columns: int) -> Features:
        """Give a band's array, whose values are of no meaning."""
        unused = self._unused.get(rows)
        if not unused:
            return self._allocate(rows, columns)
        features = unused.pop()
        self._spare += features.nbytes
        return features

    def give_back(self, rows: int, features: Features) -> None:
        """Take an array that nobody needs any more, if it may be held."""
        if features.nbytes <= self._spare:
            self._unused.setdefault(rows, []).append(features)
            self._spare -= features.nbytes


class KeptFeatures:
    """The first rows of the features; bands come as tiles are put, and go as passes are done.

    Args:
        store: gives an array for a band, and takes it back.
        rows: so many of the picture's first rows are kept.
        columns: columns of the features.
    """

    def __init__(self, store: BandStore, rows: int, columns: int) -> None:
        self._store = store
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
        while self._bands and self._bands[0].bottom <= row:
            band = self._bands.pop(0)
            self._store.give_back(band.bottom - band.top, band.features)

    def _band(self, tile: Region) -> _Band:
        """The band of a tile, made for the first one in it."""
        for band in self._bands:
            if band.top == tile.top:
                return band
        new = _Band(tile.top, tile.bottom, self._store.take(tile.height, self._columns))
        self._bands.append(new)
        return new
