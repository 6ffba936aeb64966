"""The sharpened file: tiled, compressed, and under its name only when it is whole."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from gifnet.engine import Region
from gifnet.errors import ImageFileError
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.geotiff import GeoTiff
from gifnet.pansharpening.rasters import Valid
from gifnet.pansharpening.sinks import to_stored

_TILE = 512
_SUFFIXES = {".tif", ".tiff"}
_NOT_KEPT = {"alpha", "cyan", "magenta", "yellow", "black"}
_PREFIX = "GIFNET_"
# Of the multispectral picture's tags: what is not true of the result, or is set anew.
_LEFT_OUT = ("STATISTICS_", "AREA_OR_POINT", "TIFFTAG_SOFTWARE", "LAYOUT", "OVR_", "GIFNET_")


def check_output(output: Path, *sources: Path) -> None:
    """Check early that a result can be written to a place.

    Args:
        output: the file.
        sources: files that it may not be.

    Raises:
        ImageFileError: it cannot.
    """
    if output.suffix.lower() not in _SUFFIXES:
        raise ImageFileError(
            f"{output}: expected a name that ends in .tif or .tiff, got "
            f"{output.suffix or 'none'}; results are GeoTIFF files"
        )
    if output.is_dir() or not output.resolve().parent.is_dir():
        raise ImageFileError(f"{output}: expected a file in a folder that exists; make the folder")
    for source in sources:
        if output.exists() and output.samefile(source):
            raise ImageFileError(
                f"{output}: expected another file than the sources, got one of them; choose "
                "another name, sources are never overwritten"
            )


class GeoTiffSink:
    """A file that is being written.

    Args:
        dataset: of rasterio, open for writing.
        nodata: the value of no data, if there is one.
        masked: whether a mask is written that tells where there is no data.
    """

    def __init__(self, dataset: Any, nodata: float | None, *, masked: bool) -> None:
        self.dataset, self._nodata, self._masked = dataset, nodata, masked

    def write(self, band: int, region: Region, values: FloatArray, valid: Valid) -> None:
        """See ``Sink.write``."""
        dtype = np.dtype(self.dataset.dtypes[band])
        window = tuple((part.start, part.stop) for part in region.slices)
        stored = to_stored(values, valid, dtype, self._nodata)
        self.dataset.write(stored, band + 1, window=window)
        if self._masked and band == 0:
            self.dataset.write_mask(valid, window=window)

    def tag(self, tags: dict[str, str]) -> None:
        """Say what made the file."""
        # Not in a namespace of their own: cloud optimised copies would lose them.
        named = {f"{_PREFIX}{name.upper()}": value for name, value in tags.items()}
        self.dataset.update_tags(TIFFTAG_SOFTWARE=tags["software"], **named)


@contextmanager
def written(
    rasterio: Any,
    output: Path,
    panchromatic: GeoTiff,
    multispectral: GeoTiff,
    *,
    nodata: float | None,
    gaps: bool,
    cloud_optimised: bool,
) -> Iterator[GeoTiffSink]:
    """Write a file on the panchromatic grid with the multispectral picture's bands.

    Args:
        rasterio: the library.
        output: the file; one that is there is replaced when all is done.
        panchromatic: whose grid it has.
        multispectral: whose bands, type and tags it has.
        nodata: the value of no data.
        gaps: whether there are pixels without data.
        cloud_optimised: whether it becomes a cloud optimised GeoTIFF, with overviews.

    Yields:
        What takes the bands.

    Raises:
        ImageFileError: it cannot be written; nothing is left behind.
    """
    target = output.resolve()
    mark = secrets.token_hex(4)
    temporary, copied = (
        target.with_name(f".{target.name}.{mark}.{step}.tmp") for step in ("tiles", "copy")
    )
    masked = gaps and nodata is None
    profile = _profile(panchromatic, multispectral, nodata)
    try:
        with rasterio.open(temporary, "w", **profile) as dataset:
            _describe(rasterio, dataset, panchromatic, multispectral)
            yield GeoTiffSink(dataset, nodata, masked=masked)
        if cloud_optimised:
            _copy_for_clouds(temporary, copied, multispectral.dtype)
            copied.replace(temporary)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except rasterio.errors.RasterioError as error:
        raise ImageFileError(
            f"{output}: expected to write the picture, got {error}; is the disk full?"
        ) from error
    finally:
        for left in (temporary, copied):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _profile(panchromatic: GeoTiff, multispectral: GeoTiff, nodata: float | None) -> dict[str, Any]:
    fine, coarse = panchromatic.dataset, multispectral.dataset
    transform, crs = fine.transform, fine.crs or coarse.crs
    if not panchromatic.georeferenced and multispectral.georeferenced:
        down, right = coarse.height / fine.height, coarse.width / fine.width
        a, b, c, d, e, f = tuple(coarse.transform)[:6]
        transform = type(transform)(a * right, b * down, c, d * right, e * down, f)
    return {
        "driver": "GTiff",
        "height": fine.height,
        "width": fine.width,
        "count": multispectral.bands,
        "dtype": multispectral.dtype.name,
        "crs": crs,
        "transform": transform,
        "nodata": nodata,
        # Else GDAL would call the fourth band of 8 bits alpha.
        "photometric": "minisblack",
        "alpha": "no",
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "interleave": "band",
        "compress": "deflate",
        "predictor": 3 if multispectral.dtype.kind == "f" else 2,
        "bigtiff": "if_safer",
    }


def _describe(rasterio: Any, dataset: Any, panchromatic: GeoTiff, multispectral: GeoTiff) -> None:
    """Give the result the tags of its sources."""
    fine, coarse = panchromatic.dataset, multispectral.dataset
    dataset.update_tags(**_kept(coarse.tags()))
    if "AREA_OR_POINT" in fine.tags():
        dataset.update_tags(AREA_OR_POINT=fine.tags()["AREA_OR_POINT"])
    if fine.rpcs and not panchromatic.georeferenced:
        dataset.rpcs = fine.rpcs
    places = [index - 1 for index in multispectral.indexes]
    # What only goes together with other bands, or hides them, is not kept.
    undefined = rasterio.enums.ColorInterp.undefined
    colours = [coarse.colorinterp[place] for place in places]
    dataset.colorinterp = [undefined if colour.name in _NOT_KEPT else colour for colour in colours]
    dataset.scales = [coarse.scales[place] for place in places]
    dataset.offsets = [coarse.offsets[place] for place in places]
    dataset.units = [coarse.units[place] or "" for place in places]
    for band, index in enumerate(multispectral.indexes, start=1):
        if coarse.descriptions[index - 1]:
            dataset.set_band_description(band, coarse.descriptions[index - 1])
        dataset.update_tags(band, **_kept(coarse.tags(index)))


def _kept(tags: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if not name.startswith(_LEFT_OUT)}


def _copy_for_clouds(source: Path, copy: Path, dtype: np.dtype[Any]) -> None:
    from rasterio.shutil import copy as copy_file

    copy_file(
        source,
        copy,
        driver="COG",
        blocksize=_TILE,
        compress="deflate",
        predictor="floating_point" if dtype.kind == "f" else "standard",
        bigtiff="if_safer",
        overview_resampling="average",
    )
