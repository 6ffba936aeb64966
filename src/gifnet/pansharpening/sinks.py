"""Where sharpened bands go: rounded, within the type's range, with no data where there is none."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.rasters import Valid, fits
from gifnet.pansharpening.scene import Scene


class Sink(Protocol):
    """Takes the result."""

    def write(self, band: int, region: Region, values: FloatArray, valid: Valid) -> None:
        """Take a region of a band, of any values."""
        ...


class ArraySink:
    """The result in memory.

    Args:
        height: rows.
        width: columns.
        bands: how many.
        dtype: of the result.
        nodata: the value that means no data.
    """

    def __init__(
        self, height: int, width: int, bands: int, dtype: np.dtype[Any], nodata: float | None
    ) -> None:
        self.pixels = np.zeros((height, width, bands), dtype)
        self._nodata = nodata

    def write(self, band: int, region: Region, values: FloatArray, valid: Valid) -> None:
        """See ``Sink.write``."""
        stored = to_stored(values, valid, self.pixels.dtype, self._nodata)
        self.pixels[(*region.slices, band)] = stored


def to_stored(
    values: FloatArray, valid: Valid, dtype: np.dtype[Any], nodata: float | None
) -> NDArray[Any]:
    """Turn computed values to those of a file.

    Args:
        values: finite.
        valid: which of them are data.
        dtype: uint8, uint16, int16 or float32.
        nodata: what is put where there is none; 0 if None.

    Returns:
        The values, rounded and cut off at the type's range if it is one of whole numbers. Data
        that would become the value of no data gets the one beside it.
    """
    if dtype.kind == "f":
        stored = values.astype(dtype)
        above = np.nextafter(dtype.type(nodata or 0), dtype.type(np.inf))
    else:
        limits = np.iinfo(dtype)
        stored = np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
        above = dtype.type(
            nodata + 1 if nodata is not None and nodata < limits.max else limits.max - 1
        )
    if nodata is None:
        return np.where(valid, stored, dtype.type(0))
    if not np.isnan(nodata):
        stored[stored == dtype.type(nodata)] = above
    return np.where(valid, stored, dtype.type(nodata))


def nodata_of(scene: Scene) -> float | None:
    """Choose the value of no data in the result.

    Args:
        scene: the pictures.

    Returns:
        The multispectral picture's; where there is none and some pixels have no data, the
        panchromatic picture's if the type can hold it, else NaN for numbers of floating point;
        else None.
    """
    dtype, value = scene.multispectral.dtype, scene.multispectral.nodata
    if value is None and scene.has_gaps:
        value = scene.panchromatic.nodata
    if value is not None and fits(value, dtype):
        return value
    return float("nan") if dtype.kind == "f" and scene.has_gaps else None
