"""Picture files: the one place that reads and writes them.

What is read keeps its depth, its alpha channel and what the file says beside its pixels; the
orientation tag is applied. What is written appears under its name complete or not at all.
"""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from gifnet.errors import GIFNetError, ImageFileError
from gifnet.imaging.arrays import Picture
from gifnet.imaging.depth import opaque_value
from gifnet.imaging.formats import READABLE, describe_foreign
from gifnet.imaging.image import Image
from gifnet.imaging.orientation import turn_upright
from gifnet.imaging.reading import exr, png, tiff
from gifnet.imaging.reading.decoded import MAXIMUM_PIXELS, Decoded, RefusedError
from gifnet.imaging.reading.eight_bit import read_eight_bit
from gifnet.imaging.writing.output import check_output, write_image

__all__ = ["MAXIMUM_PIXELS", "Image", "check_output", "read_image", "write_image"]

logger = logging.getLogger(__name__)


def read_image(path: str | Path) -> Image:
    """Read a picture file.

    Args:
        path: a PNG, JPEG, TIFF, BMP, WebP or OpenEXR file; its content decides, not its name.

    Returns:
        The picture, upright as its orientation tag says, with the depth of the file.

    Raises:
        ImageFileError: the file is missing, empty, damaged, of another format, of another colour
            space than grey and RGB, animated, or larger than ``MAXIMUM_PIXELS``.
        MissingDependencyError: the extra ``exr`` is needed for it.
    """
    path = Path(path)
    try:
        _require_file(path)
        with warnings.catch_warnings():
            # Pillow warns of damaged metadata, which spoils no picture, and of large pictures,
            # for which there is a limit. Damaged pixels raise.
            warnings.simplefilter("ignore")
            return _upright(_decode(path), path)
    except GIFNetError:
        raise
    except MemoryError:
        raise ImageFileError(
            f"{path}: expected a picture that fits into the memory, got one that does not; crop it "
            "or make it smaller"
        ) from None
    except RefusedError as error:
        raise ImageFileError(f"{path}: {error}") from None
    except PermissionError:
        raise ImageFileError(f"{path}: not allowed to read this file; check its mode") from None
    except PillowImage.DecompressionBombError:
        raise ImageFileError(
            f"{path}: expected at most {MAXIMUM_PIXELS} pixels, got more; crop it or make it "
            "smaller"
        ) from None
    except Exception as error:  # decoders raise nearly anything at damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageFileError(
            f"{path}: expected a complete picture, got a damaged or cut-off file ({reason}); "
            "copy or export it again"
        ) from error


def _decode(path: Path) -> Decoded:
    with path.open("rb") as stream:
        first_bytes = stream.read(132)
        stream.seek(0)
        if first_bytes.startswith(png.SIGNATURE):
            return png.read_png(stream)
        if first_bytes.startswith(tiff.SIGNATURES):
            return tiff.read_tiff(stream)
        if not first_bytes.startswith(exr.SIGNATURE):
            try:
                return read_eight_bit(stream, ["JPEG", "BMP", "WEBP"])
            except UnidentifiedImageError:
                known = describe_foreign(first_bytes)
                raise RefusedError(
                    f"expected a {READABLE} picture, got {known}, or a file damaged at its "
                    "beginning; convert it to PNG first"
                ) from None
    return exr.read_exr(path)


def _upright(decoded: Decoded, path: Path) -> Image:
    orientation = decoded.orientation
    pixels = turn_upright(decoded.pixels, orientation)
    alpha = None if decoded.alpha is None else turn_upright(decoded.alpha, orientation)
    height, width = pixels.shape[:2]
    if orientation > 1 and decoded.metadata.geo:
        logger.warning(
            "%s: its pixels are turned as its orientation tag says, so its place on the ground is "
            "not kept; store it upright to keep it",
            path,
        )
    if decoded.lost is not None:
        logger.warning("%s: %s", path, decoded.lost)
    metadata = decoded.metadata.settled(width=width, height=height, orientation=orientation)
    if metadata.exif is None and decoded.metadata.exif is not None:
        logger.warning("%s: its EXIF is damaged and is not kept; repair it to keep it", path)
    return Image(
        pixels,
        alpha,
        path,
        decoded.format,
        find_nodata(pixels, metadata.nodata),
        metadata,
        decoded.samples,
    )


def find_nodata(pixels: Picture, value: float | None) -> NDArray[np.bool_] | None:
    """Find pixels that hold no measured value.

    Args:
        pixels: (H, W) or (H, W, 3).
        value: what the file says stands for none, or None.

    Returns:
        (H, W), True where a sample is NaN or infinite, or all of them are the value; None if
        there is no such pixel.
    """
    mask: NDArray[np.bool_] | None = None
    if value is not None and not np.isnan(value) and _holds(pixels.dtype, value):
        mask = _of_all_bands(np.equal(pixels, pixels.dtype.type(value)))
    if pixels.dtype.kind == "f":
        broken = ~_of_all_bands(np.isfinite(pixels))
        mask = broken if mask is None else mask | broken
    return mask if mask is not None and mask.any() else None


def _of_all_bands(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return mask if mask.ndim == 2 else np.asarray(mask.all(axis=2))


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    if dtype.kind == "f":
        return bool(np.isfinite(value))
    return value.is_integer() and 0 <= value <= opaque_value(dtype)


def _require_file(path: Path) -> None:
    try:
        folder = path.is_dir()
    except OSError as error:  # not allowed to look, or a name that is too long
        raise ImageFileError(f"{path}: {error.strerror}; choose another place") from error
    if not folder and not path.exists():
        raise ImageFileError(f"{path}: no such file; check the name and the folder")
    if folder:
        raise ImageFileError(f"{path}: expected a picture file, got a folder; name a file in it")
    if not path.is_file():
        raise ImageFileError(
            f"{path}: expected a picture file, got a device or a pipe; save it as a file first"
        )
    if path.stat().st_size == 0:
        raise ImageFileError(f"{path}: the file is empty; copy or export it again")
