"""Pictures that are read window by window, with what is no data filled."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.errors import ImageValueError
from gifnet.imaging.arrays import FloatArray

Valid = NDArray[np.bool_]

DTYPES = tuple(map(np.dtype, ("uint8", "uint16", "int16", "float32")))

# Pixels of no data are filled from their neighbours as far as this, and by the mean beyond.
_FILLED = 8


class Window(NamedTuple):
    """Values of one band, (rows, columns), and which of them are data."""

    values: FloatArray
    valid: Valid


class Raster(Protocol):
    """A picture of one or more bands."""

    name: str
    height: int
    width: int
    bands: int
    dtype: np.dtype[Any]
    nodata: float | None

    def read(self, band: int, region: Region) -> Window:
        """Read a region that lies in the picture; bands count from 0."""
        ...


class ArrayRaster:
    """A picture in memory.

    Args:
        pixels: (H, W) or (H, W, C), uint8, uint16, int16 or float32.
        name: what error messages call it.
        nodata: the value that means no data; NaN always does.

    Raises:
        ImageValueError: the dtype or the shape is none of those.
    """

    def __init__(self, pixels: NDArray[Any], *, name: str, nodata: float | None = None) -> None:
        require_dtype(pixels.dtype, name=name)
        if pixels.ndim not in {2, 3} or 0 in pixels.shape:
            raise ImageValueError(
                f"{name}: expected a picture (H, W) or (H, W, C), got the shape {pixels.shape}"
            )
        self._pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
        self.height, self.width, self.bands = self._pixels.shape
        self.name, self.dtype, self.nodata = name, pixels.dtype, nodata

    def read(self, band: int, region: Region) -> Window:
        """See ``Raster.read``."""
        values = self._pixels[(*region.slices, band)]
        return Window(values.astype(np.float32), is_data(values, self.nodata))


def require_dtype(dtype: np.dtype[Any], *, name: str) -> None:
    """Check that numbers of a type can be sharpened and given back.

    Raises:
        ImageValueError: they cannot.
    """
    if dtype not in DTYPES:
        raise ImageValueError(
            f"{name}: expected {', '.join(map(str, DTYPES))}, got {dtype}; convert it, for example "
            "with  gdal_translate -ot Float32"
        )


def is_data(values: NDArray[Any], nodata: float | None) -> Valid:
    """Tell data from what is none: the given value, NaN and infinity."""
    valid = np.isfinite(values) if values.dtype.kind == "f" else np.ones(values.shape, bool)
    if nodata is not None and not np.isnan(nodata) and fits(nodata, values.dtype):
        valid &= values != values.dtype.type(nodata)
    return np.asarray(valid)


def extended(raster: Raster, band: int, region: Region, rest: float) -> Window:
    """Read a region that may leave the picture; its border is repeated there.

    Args:
        raster: the picture.
        band: counted from 0.
        region: any.
        rest: what is filled in where no data is near.

    Returns:
        Finite values. What lies under no data has no influence on them, and they do not depend
        on the region that is asked for.
    """
    rows = np.clip(np.arange(region.top, region.bottom), 0, raster.height - 1)
    columns = np.clip(np.arange(region.left, region.right), 0, raster.width - 1)
    around = Region(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    around = around.grown(_FILLED).clipped(raster.height, raster.width)
    values, valid = raster.read(band, around)
    within = np.ix_(rows - around.top, columns - around.left)
    return Window(filled(values, valid, rest)[within], valid[within])


def filled(values: FloatArray, valid: Valid, rest: float) -> FloatArray:
    """Put means of neighbours where there is no data, pixel by pixel outwards.

    Args:
        values: (rows, columns).
        valid: which of them are data.
        rest: for what lies further away than the filling goes.

    Returns:
        The same shape.
    """
    if valid.all():
        return values
    known = valid.astype(np.float32)
    values = np.where(valid, values, np.float32(0))
    if valid.any():
        for _ in range(_FILLED):
            counts = _neighbours(known)
            new = (known == 0) & (counts > 0)
            if not new.any():
                break
            values = np.where(new, _neighbours(values) / np.maximum(counts, 1), values)
            known = np.where(new, np.float32(1), known)
    return np.asarray(np.where(known > 0, values, np.float32(rest)), np.float32)


def _neighbours(values: FloatArray) -> FloatArray:
    """The sum of each pixel's square of 3x3."""
    rows = np.pad(values, ((1, 1), (0, 0)))
    rows = rows[:-2] + rows[1:-1] + rows[2:]
    columns = np.pad(rows, ((0, 0), (1, 1)))
    return np.asarray(columns[:, :-2] + columns[:, 1:-1] + columns[:, 2:])


def fits(value: float, dtype: np.dtype[Any]) -> bool:
    """Tell whether a type can hold a value."""
    if dtype.kind == "f":
        return True
    return float(value).is_integer() and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max
