"""Writing a picture file: what the format cannot hold is said, and the rest is fitted to it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageFileError, ImageValueError
from gifnet.imaging.arrays import Picture, describe_size
from gifnet.imaging.atomic import replaced_atomically
from gifnet.imaging.depth import convert_depth, opaque_value
from gifnet.imaging.formats import Format, format_for_writing
from gifnet.imaging.masks import fill_from_neighbours
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.metadata.xmp import with_provenance
from gifnet.imaging.reading.exr import require_openexr
from gifnet.imaging.writing.eight_bit import write_bmp, write_jpeg, write_webp
from gifnet.imaging.writing.exr import write_exr
from gifnet.imaging.writing.losses import Contents, find_losses
from gifnet.imaging.writing.png import write_png
from gifnet.imaging.writing.tiff import write_tiff

logger = logging.getLogger(__name__)

Writer = Callable[[Path, Picture, Picture | None, Metadata], None]

_WRITERS: Mapping[str, Writer] = {
    "PNG": write_png,
    "JPEG": write_jpeg,
    "TIFF": write_tiff,
    "BMP": write_bmp,
    "WEBP": write_webp,
    "EXR": write_exr,
}
_DTYPES = ("uint8", "uint16", "float32")


def check_output(
    path: str | Path,
    *,
    width: int,
    height: int,
    contents: Contents | None = None,
    strict: bool = False,
) -> None:
    """Make sure that a picture can be written, before anything is computed for it.

    Args:
        path: the file to be written.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        contents: what is to be written, if that is known already.
        strict: refuse to lose any of it.

    Raises:
        ImageFileError: the suffix is of no format, the folder does not exist, a folder has this
            name, the format cannot hold a picture of this size, or, if ``strict``, all of it.
        MissingDependencyError: the format needs an extra.
    """
    path = Path(path)
    chosen = format_for_writing(path)
    if _is_folder(path):
        raise ImageFileError(f"{path}: expected a file to write to, got a folder; add a file name")
    if not _is_folder(path.parent):
        raise ImageFileError(
            f"{path}: the folder {path.parent} does not exist; create it or choose another"
        )
    if max(width, height) > chosen.largest_side:
        raise ImageFileError(
            f"{path}: {chosen.name} holds at most {chosen.largest_side} pixels a side, got "
            f"{width} x {height}; write PNG or TIFF"
        )
    if chosen.name == "EXR":
        require_openexr(path)
    if strict and contents is not None:
        for loss in find_losses(path, chosen, contents):
            raise ImageFileError(f"{loss}, or leave --strict out")


def write_image(
    path: str | Path,
    pixels: Picture,
    alpha: Picture | None = None,
    *,
    nodata: NDArray[np.bool_] | None = None,
    metadata: Metadata | None = None,
    provenance: Mapping[str, object] | None = None,
    strict: bool = False,
) -> None:
    """Write a picture file, whole or not at all.

    What the format cannot hold is lost, and a warning says so; floats outside [0, 1] are spread
    over the range of whole numbers.

    Args:
        path: the file; its suffix decides the format. One that is there already is replaced.
        pixels: (H, W) or (H, W, 3), uint8, uint16 or float32.
        alpha: (H, W), of the same dtype, the largest value (float32: 1) is opaque; None for no
            alpha channel.
        nodata: (H, W), True where there is no measured value. The pixels are written as they are
            where the file can tell so; else these become transparent.
        metadata: what the file shall say beside the pixels.
        provenance: where the picture comes from; written as XMP, where the format has it.
        strict: raise instead of losing anything.

    Raises:
        ImageFileError: the file cannot be written, or not without loss if ``strict``.
        ImageValueError: the arrays are not as above.
        MissingDependencyError: the format needs an extra.
    """
    path = Path(path)
    metadata = metadata or Metadata()
    _require_arrays(pixels, alpha, nodata)
    height, width = pixels.shape[:2]
    check_output(path, width=width, height=height)
    chosen = format_for_writing(path)
    contents = Contents(
        pixels.dtype, alpha is not None, nodata is not None, is_unbounded(pixels, nodata), metadata
    )
    for loss in find_losses(path, chosen, contents):
        if strict:
            raise ImageFileError(f"{loss}, or leave --strict out")
        logger.warning("%s", loss)
    pixels, alpha, metadata = _fit(chosen, pixels, alpha, nodata, metadata)
    if provenance is not None and "xmp" in chosen.holds:
        xmp = with_provenance(metadata.xmp, provenance)
        if xmp is None:
            logger.warning("%s: its XMP is odd, so that nothing is added to it", path)
        metadata = replace(metadata, xmp=xmp or metadata.xmp)
    try:
        with replaced_atomically(path) as temporary:
            _WRITERS[chosen.name](temporary, pixels, alpha, metadata)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ImageFileError(
            f"{path}: could not write the picture ({reason}); check the folder's mode and the "
            "free space, or choose another place"
        ) from error


def is_unbounded(pixels: Picture, nodata: NDArray[np.bool_] | None = None) -> bool:
    """Tell whether a picture has float values outside [0, 1].

    Args:
        pixels: any shape.
        nodata: where values do not count.

    Returns:
        False for pictures of whole numbers.
    """
    if pixels.dtype.kind != "f":
        return False
    known = pixels if nodata is None else pixels[~nodata]
    return bool(known.size) and not (known.min() >= 0.0 and known.max() <= 1.0)


def _fit(
    chosen: Format,
    pixels: Picture,
    alpha: Picture | None,
    nodata: NDArray[np.bool_] | None,
    metadata: Metadata,
) -> tuple[Picture, Picture | None, Metadata]:
    """Bring a picture into what its format can hold."""
    dtype = pixels.dtype.newbyteorder("=")
    target = dtype if dtype.name in chosen.dtypes else np.dtype(chosen.dtypes[-1])
    told = "nodata" in chosen.holds and target.kind == "f"
    told = told or ("nodata" in chosen.holds and target == dtype and metadata.nodata is not None)
    if nodata is not None and not told:
        pixels = fill_from_neighbours(pixels, nodata)
        if "alpha" in chosen.holds:
            seen = np.full(nodata.shape, opaque_value(dtype), dtype) if alpha is None else alpha
            alpha = np.where(nodata, dtype.type(0), seen)
    if not told or "nodata" not in chosen.holds:
        metadata = replace(metadata, nodata=None)
    if alpha is not None:
        alpha = convert_depth(alpha, target) if "alpha" in chosen.holds else None
    return convert_depth(pixels, target), alpha, metadata


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # not allowed to look, or a name that is too long
        raise ImageFileError(f"{path}: {error.strerror}; choose another place") from error


def _require_arrays(
    pixels: NDArray[Any], alpha: NDArray[Any] | None, nodata: NDArray[Any] | None
) -> None:
    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    if pixels.dtype.name not in _DTYPES or not is_picture or 0 in pixels.shape:
        raise ImageValueError(
            "expected pixels of the shape (H, W) or (H, W, 3), uint8, uint16 or float32, got "
            f"{pixels.shape}, {pixels.dtype}; convert them first"
        )
    if alpha is not None and (alpha.dtype != pixels.dtype or alpha.shape != pixels.shape[:2]):
        raise ImageValueError(
            f"expected an alpha channel of the shape {pixels.shape[:2]}, {pixels.dtype}, got "
            f"{alpha.shape}, {alpha.dtype}; convert it first"
        )
    if nodata is not None and (nodata.dtype != np.bool_ or nodata.shape != pixels.shape[:2]):
        raise ImageValueError(
            f"expected a mask of {describe_size(pixels.shape)} pixels, bool, got {nodata.shape}, "
            f"{nodata.dtype}; convert it first"
        )
