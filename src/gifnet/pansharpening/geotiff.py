"""Pictures in files that GDAL reads, and their georeferences."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gifnet.engine import Region
from gifnet.errors import ImageFileError, ImageSizeError, MissingDependencyError
from gifnet.pansharpening.grids import Axis, Grid, checked, grid_by_size
from gifnet.pansharpening.rasters import Window, is_data, require_dtype

# Megabytes of pixels that GDAL keeps; its default is a share of the machine's memory.
_CACHE = 128
_SKEW = 1e-6


@contextmanager
def gdal() -> Iterator[Any]:
    """Import rasterio and keep GDAL within bounds.

    Yields:
        rasterio.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "rasterio", extra="geo", purpose="pansharpening files"
        ) from error
    with (
        rasterio.Env(GDAL_CACHEMAX=_CACHE, GDAL_TIFF_INTERNAL_MASK=True),
        warnings.catch_warnings(),
    ):
        # Pictures without a georeference are laid over each other by their sizes.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield rasterio


class GeoTiff:
    """A picture in a file.

    Args:
        rasterio: the library.
        path: the file; any that GDAL reads.

    Raises:
        ImageFileError: it cannot be read.
        ImageValueError: its type is none of uint8, uint16, int16 and float32.
    """

    def __init__(self, rasterio: Any, path: Path) -> None:
        self.path, self.name = path, str(path)
        if not path.is_file():
            raise ImageFileError(f"{path}: expected a file, found none; check the name")
        self._error = rasterio.errors.RasterioError
        try:
            self.dataset = rasterio.open(path)
        except self._error as error:
            raise ImageFileError(
                f"{path}: expected a GeoTIFF or another file that GDAL reads, got one that it "
                f"cannot ({error}); check the file"
            ) from error
        alpha = rasterio.enums.ColorInterp.alpha
        self.indexes = [
            index
            for index, kind in zip(self.dataset.indexes, self.dataset.colorinterp, strict=True)
            if kind is not alpha
        ]
        if not self.indexes:
            raise ImageFileError(f"{path}: expected bands of a picture, got none; check the file")
        self.height, self.width = self.dataset.height, self.dataset.width
        self.bands = len(self.indexes)
        self.dtype = np.dtype(self.dataset.dtypes[self.indexes[0] - 1])
        for index in self.indexes:
            require_dtype(np.dtype(self.dataset.dtypes[index - 1]), name=self.name)
        self.nodata: float | None = self.dataset.nodatavals[self.indexes[0] - 1]
        masked = rasterio.enums.MaskFlags.per_dataset
        self._masked = masked in self.dataset.mask_flag_enums[self.indexes[0] - 1]

    def read(self, band: int, region: Region) -> Window:
        """See ``Raster.read``."""
        index = self.indexes[band]
        window = tuple((part.start, part.stop) for part in region.slices)
        try:
            values = self.dataset.read(index, window=window)
            valid = is_data(values, self.dataset.nodatavals[index - 1])
            if self._masked:
                valid &= self.dataset.read_masks(index, window=window) > 0
        except self._error as error:
            raise ImageFileError(
                f"{self.path}: expected a whole picture, got one that is damaged ({error}); get "
                "the file again"
            ) from error
        return Window(values.astype(np.float32), valid)

    @property
    def georeferenced(self) -> bool:
        """Whether it says where it lies."""
        return not self.dataset.transform.is_identity

    def close(self) -> None:
        """Close the file."""
        self.dataset.close()


def grid_of(panchromatic: GeoTiff, multispectral: GeoTiff) -> Grid:
    """Lay two pictures over each other, by their georeferences if both have one, else by size.

    Raises:
        ImageFileError: the georeferences are in different reference systems, or turned.
        ImageSizeError: they do not overlap, or the panchromatic picture is not the finer one.
    """
    fine, coarse = panchromatic.dataset, multispectral.dataset
    names = f"{panchromatic.name}, {multispectral.name}"
    if not (panchromatic.georeferenced and multispectral.georeferenced):
        return _named(names, (fine.height, fine.width), (coarse.height, coarse.width))
    if fine.crs and coarse.crs and fine.crs != coarse.crs:
        raise ImageFileError(
            f"{names}: expected one coordinate reference system, got {fine.crs.to_string()} and "
            f"{coarse.crs.to_string()}; warp one to the other first, for example with  "
            f"gdalwarp -t_srs {fine.crs.to_string()} -r cubic"
        )
    between = ~coarse.transform @ fine.transform
    turned = max(abs(between.b) * fine.width, abs(between.d) * fine.height) > _SKEW * max(
        fine.width, fine.height
    )
    if turned or between.a <= 0 or between.e <= 0:
        raise ImageFileError(
            f"{names}: expected pictures whose rows and columns run alike, got one that is turned "
            "or mirrored against the other; warp one to the other first with  gdalwarp"
        )
    try:
        return checked(
            Grid(
                Axis(between.e, between.f, fine.height, coarse.height),
                Axis(between.a, between.c, fine.width, coarse.width),
            )
        )
    except ImageSizeError as error:
        raise ImageSizeError(f"{names}: {error}") from None


def _named(names: str, fine: tuple[int, int], coarse: tuple[int, int]) -> Grid:
    try:
        return grid_by_size(fine, coarse)
    except ImageSizeError as error:
        raise ImageSizeError(f"{names}: {error}") from None
