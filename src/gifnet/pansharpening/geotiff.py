"""Pictures in files that GDAL reads, and their georeferences."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.errors import ImageFileError, ImageSizeError, MissingDependencyError
from gifnet.pansharpening.grids import Axis, Grid, checked, grid_by_size
from gifnet.pansharpening.rasters import Window, is_data, require_dtype
from gifnet.pansharpening.scene import blocks

logger = logging.getLogger(__name__)

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
        # rasterio 1.4 with affine 3: a matter between those two.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
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
        self._error, self._kinds = rasterio.errors.RasterioError, rasterio.enums
        try:
            self.dataset = rasterio.open(path)
        except self._error as error:
            raise ImageFileError(
                f"{path}: expected a GeoTIFF or another file that GDAL reads, got one that it "
                f"cannot ({error}); check the file"
            ) from error
        if self.dataset.tags(ns="IMAGE_STRUCTURE").get("SOURCE_COLOR_SPACE") == "CMYK":
            # GDAL would turn ink into RGB; four bands are often written under this name.
            self.dataset.close()
            self.dataset = rasterio.open(f"GTIFF_RAW:{path}")
            logger.info("%s: its colours are called CMYK; its bands are taken as stored", path)
        if rasterio.enums.ColorInterp.palette in self.dataset.colorinterp:
            raise ImageFileError(
                f"{path}: expected bands of measured values, got a palette; turn it into bands "
                "with  gdal_translate -expand rgb"
            )
        self.indexes = [index for index in self.dataset.indexes if not self._is_mask(index)]
        if not self.indexes:
            raise ImageFileError(f"{path}: expected bands of a picture, got none; check the file")
        self.height, self.width = self.dataset.height, self.dataset.width
        self.bands = len(self.indexes)
        self.dtype = np.dtype(self.dataset.dtypes[self.indexes[0] - 1])
        for index in self.indexes:
            require_dtype(np.dtype(self.dataset.dtypes[index - 1]), name=self.name)
        types = {self.dataset.dtypes[index - 1] for index in self.indexes}
        if len(types) > 1:
            raise ImageFileError(
                f"{path}: expected bands of one type, got {', '.join(sorted(types))}; convert them "
                "to one, for example with  gdal_translate -ot Float32"
            )
        self.nodata: float | None = self.dataset.nodatavals[self.indexes[0] - 1]
        flags = self.dataset.mask_flag_enums[self.indexes[0] - 1]
        of_alpha = self._kinds.MaskFlags.alpha in flags
        self._masked = self._kinds.MaskFlags.per_dataset in flags and (
            not of_alpha or self.bands < self.dataset.count
        )

    def _is_mask(self, index: int) -> bool:
        """Whether a band is called alpha and is one; GDAL calls the fourth of 8 bits so."""
        if self.dataset.colorinterp[index - 1] is not self._kinds.ColorInterp.alpha:
            return False
        dtype = np.dtype(self.dataset.dtypes[index - 1])
        full = 1 if dtype.kind == "f" else np.iinfo(dtype).max
        for region in blocks(Region(0, 0, self.dataset.height, self.dataset.width)):
            values = self._stored(index, region)
            if not ((values == 0) | (values == full)).all():
                logger.warning(
                    "%s: band %d is called alpha, but holds more than 0 and %s: it is sharpened",
                    self.path,
                    index,
                    full,
                )
                return False
        return True

    def read(self, band: int, region: Region) -> Window:
        """See ``Raster.read``."""
        index = self.indexes[band]
        values = self._stored(index, region)
        valid = is_data(values, self.dataset.nodatavals[index - 1])
        if self._masked:
            valid &= self._stored(index, region, mask=True) > 0
        return Window(values.astype(np.float32), valid)

    def _stored(self, index: int, region: Region, *, mask: bool = False) -> NDArray[Any]:
        window = tuple((part.start, part.stop) for part in region.slices)
        read = self.dataset.read_masks if mask else self.dataset.read
        try:
            return np.asarray(read(index, window=window))
        except self._error as error:
            raise ImageFileError(
                f"{self.path}: expected a whole picture, got one that is damaged ({error}); get "
                "the file again"
            ) from error

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
    # Panchromatic pixels to multispectral ones: [[a, b, c], [d, e, f], [0, 0, 1]].
    (a, b, c), (d, e, f), _ = np.linalg.solve(_matrix(coarse.transform), _matrix(fine.transform))
    turned = max(abs(b) * fine.height, abs(d) * fine.width) > _SKEW * max(fine.width, fine.height)
    if turned or a <= 0 or e <= 0:
        raise ImageFileError(
            f"{names}: expected pictures whose rows and columns run alike, got one that is turned "
            "or mirrored against the other; warp one to the other first with  gdalwarp"
        )
    try:
        return checked(
            Grid(
                Axis(float(e), float(f), fine.height, coarse.height),
                Axis(float(a), float(c), fine.width, coarse.width),
            )
        )
    except ImageSizeError as error:
        raise ImageSizeError(f"{names}: {error}") from None


def _matrix(transform: Any) -> NDArray[np.float64]:
    return np.array(tuple(transform)[:9], np.float64).reshape(3, 3)


def _named(names: str, fine: tuple[int, int], coarse: tuple[int, int]) -> Grid:
    try:
        return grid_by_size(fine, coarse)
    except ImageSizeError as error:
        raise ImageSizeError(f"{names}: {error}") from None
