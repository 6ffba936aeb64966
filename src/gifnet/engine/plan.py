"""How a picture is computed: its tiles, and what of the features is kept between the passes."""

from dataclasses import dataclass
from functools import cached_property

from gifnet.engine.folding import CHANNELS, WINDOW
from gifnet.engine.regions import Region, padded, tiles

# Thousands of multiply-accumulates a pixel: they weigh the progress.
_EMBED, _INTERACT, _SHIFT, _DECODE = 203.0, 174.0, 92.0, 175.0

_SMALLEST_TILE = 32
_SMALLEST_FAST_TILE = 64
_STEP = 2 * WINDOW
# Pixels that the regions of a tile have beyond it: where features are kept, and where they are not.
_AROUND_KEPT = 16
_AROUND = 48


@dataclass(frozen=True)
class Pass:
    """One way through the picture.

    Attributes:
        stage: what is computed last.
        tiles: where, in turn, in the features' coordinates.
        cost: of a pixel, in thousands of multiply-accumulates.
    """

    stage: str
    tiles: tuple[Region, ...]
    cost: float

    @property
    def total(self) -> float:
        """Cost of all pixels."""
        return self.cost * sum(tile.height * tile.width for tile in self.tiles)


@dataclass(frozen=True)
class Plan:
    """Tiles and kept rows of one picture.

    Attributes:
        height: rows of the picture.
        width: columns of the picture.
        tile: longest side of a tile, a multiple of 8.
        kept_embedded_rows: so many first rows of the embedded features are kept from the first to
            the second pass; the others are computed again.
        kept_feature_rows: the same of the features after the second pass.
        kept_shifted_rows: all rows if the shifted block has a pass of its own, else 0.
        spare: bytes of the budget that nothing needs.
    """

    height: int
    width: int
    tile: int
    kept_embedded_rows: int
    kept_feature_rows: int
    kept_shifted_rows: int
    spare: float = 0.0

    def is_of(self, height: int, width: int) -> bool:
        """Whether the plan is one of a picture of this size."""
        return (self.height, self.width) == (height, width)

    @cached_property
    def passes(self) -> tuple[Pass, ...]:
        """What is done, in turn."""
        rows, columns = padded(self.height), padded(self.width)
        plain = tuple(tiles(rows, columns, self.tile))
        embed_again = _EMBED * (1 - self.kept_embedded_rows / rows)
        features_again = (_EMBED + _INTERACT) * (1 - self.kept_feature_rows / rows)
        passes = [
            Pass("embed", plain, _EMBED),
            Pass("interact", plain, _INTERACT + embed_again),
        ]
        if self.kept_shifted_rows:
            shifted = tuple(tiles(rows, columns, self.tile, WINDOW // 2))
            passes += [Pass("shift", shifted, _SHIFT), Pass("decode", plain, _DECODE)]
        else:
            passes += [Pass("decode", plain, _SHIFT + _DECODE + features_again)]
        return tuple(passes)


def make_plan(
    height: int,
    width: int,
    *,
    budget: float,
    bytes_per_feature: int,
    working_bytes: int,
    best_tile: int,
    tile: int | None = None,
) -> Plan:
    """Choose the tiles of a picture, and what is kept.

    Everything is kept if it fits, if need be with smaller tiles than the best; else as many rows as
    fit, features first, which are the dearest to compute again.

    Args:
        height: rows.
        width: columns.
        budget: bytes that tiles and kept features may take.
        bytes_per_feature: of one number in kept features.
        working_bytes: memory of a pass, for each pixel of its regions.
        best_tile: longest side of the tiles that are computed fastest.
        tile: longest side of a tile; chosen if None.

    Returns:
        The plan. If even the smallest tile does not fit into the budget, it is taken all the same.
    """
    rows, columns = padded(height), padded(width)
    row_bytes = columns * CHANNELS * bytes_per_feature
    sides = [tile] if tile else range(best_tile, _SMALLEST_FAST_TILE - 1, -_STEP)
    for side in (max(side // WINDOW * WINDOW, WINDOW) for side in sides):
        # While features come, embedded ones go, a row of tiles later.
        kept = 2 * rows * row_bytes
        spare = budget - kept - _region(rows, columns, side + _AROUND_KEPT) * working_bytes
        if spare >= 0:
            return Plan(height, width, side, rows, rows, rows, spare)
    # Where something is computed again, all stages hold their memory at a time.
    working_bytes = working_bytes * 4 // 3
    side = tile or best_tile
    while (
        not tile
        and side > _SMALLEST_TILE
        and (_region(rows, columns, side + _AROUND) * working_bytes > budget * 0.8)
    ):
        side -= _STEP
    side = max(side // WINDOW * WINDOW, WINDOW)
    left = budget - _region(rows, columns, side + _AROUND) * working_bytes
    ends = sorted({region.bottom for region in tiles(rows, columns, side)})
    features = _rows_that_fit(ends, left / row_bytes)
    embedded = _rows_that_fit(ends, (left / row_bytes - features) / 2)
    return Plan(height, width, side, embedded, features, 0)


def _region(rows: int, columns: int, side: int) -> int:
    """Pixels of a square region in a picture."""
    return min(side, rows) * min(side, columns)


def _rows_that_fit(ends: list[int], rows: float) -> int:
    """The last end of a row of tiles that is not beyond so many rows."""
    return max((end for end in ends if end <= rows), default=0)
