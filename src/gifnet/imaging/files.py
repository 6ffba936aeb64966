"""Picture files: the one small module that reads and writes them.

What is read is 8-bit grey or RGB with or without alpha; a file's orientation tag is applied.
What is written appears under its name complete or not at all.
"""

import logging
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError

from gifnet.errors import ImageFileError, ImageValueError
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.bit_depth import describe_deep_samples
from gifnet.imaging.formats import FORMATS, READABLE, describe_foreign, format_for_writing

logger = logging.getLogger(__name__)

MAXIMUM_PIXELS = 178_956_970
"""Pictures with more pixels are refused unread: a small file can unpack to fill the memory."""

_GREY_MODES = {"1", "L", "LA", "La"}
_COLOUR_MODES = {"P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr"}


@dataclass(frozen=True)
class Image:
    """A picture as read from a file.

    Attributes:
        pixels: (H, W) or (H, W, 3), uint8.
        alpha: (H, W), uint8, 255 is opaque; None if the file has no transparency.
        path: the file.
        format: the name of its format, by content: PNG, JPEG, TIFF, BMP or WEBP.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    path: Path
    format: str


def read_image(path: str | Path) -> Image:
    """Read an 8-bit picture file.

    Args:
        path: a PNG, JPEG, TIFF, BMP or WebP file; its content decides, not its name.

    Returns:
        The picture, upright as its orientation tag says.

    Raises:
        ImageFileError: the file is missing, empty, damaged, of another format, of another bit
            depth or colour space than 8-bit grey and RGB, animated, or larger than
            ``MAXIMUM_PIXELS``.
    """
    path = Path(path)
    try:
        _require_file(path)
        with path.open("rb") as stream, warnings.catch_warnings():
            # Pillow warns of damaged metadata, which nobody needs here, and of large pictures,
            # for which there is a limit below. Damaged pixels raise.
            warnings.simplefilter("ignore")
            return _read(stream, path)
    except (ImageFileError, MemoryError):
        raise
    except PermissionError:
        raise ImageFileError(f"{path}: not allowed to read this file; check its mode") from None
    except PillowImage.DecompressionBombError:
        raise ImageFileError(_too_large(path)) from None
    except Exception as error:  # Pillow's decoders raise nearly anything at damaged files
        raise ImageFileError(
            f"{path}: expected a complete picture, got a damaged or cut-off file ({error}); "
            "copy or export it again"
        ) from error


def check_output(path: str | Path, *, width: int, height: int) -> None:
    """Make sure that a picture can be written, before anything is computed for it.

    Args:
        path: the file to be written.
        width: of the picture, in pixels.
        height: of the picture, in pixels.

    Raises:
        ImageFileError: the suffix is of no format, the folder does not exist, a folder has this
            name, or the format cannot hold a picture of this size.
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


def write_image(
    path: str | Path, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None
) -> None:
    """Write an 8-bit picture file, whole or not at all.

    Args:
        path: the file; its suffix decides the format. One that is there already is replaced.
        pixels: (H, W) or (H, W, 3), uint8.
        alpha: (H, W), uint8, 255 is opaque; None for no alpha channel. JPEG and BMP cannot hold
            it: a warning is logged and it is lost.

    Raises:
        ImageFileError: the file cannot be written.
        ImageValueError: the arrays are not as above.
    """
    path = Path(path)
    _require_pixels(pixels, alpha)
    check_output(path, width=pixels.shape[1], height=pixels.shape[0])
    chosen = format_for_writing(path)
    if alpha is not None and not chosen.holds_alpha:
        logger.warning(
            "%s: %s cannot hold the alpha channel, which is lost; write PNG, TIFF or WebP to "
            "keep it",
            path,
            chosen.name,
        )
        alpha = None
    picture = PillowImage.fromarray(np.ascontiguousarray(pixels))
    if alpha is not None:
        picture.putalpha(PillowImage.fromarray(np.ascontiguousarray(alpha)))
    encoded = BytesIO()
    try:
        picture.save(encoded, format=chosen.name, **chosen.options)
        write_atomically(path, encoded.getbuffer())
    except OSError as error:
        reason = error.strerror or str(error)
        raise ImageFileError(
            f"{path}: could not write the picture ({reason}); check the folder's mode and the "
            "free space, or choose another place"
        ) from error


def _require_file(path: Path) -> None:
    if not _is_folder(path) and not path.exists():
        raise ImageFileError(f"{path}: no such file; check the name and the folder")
    if path.is_dir():
        raise ImageFileError(f"{path}: expected a picture file, got a folder; name a file in it")
    if not path.is_file():
        raise ImageFileError(f"{path}: expected a picture file, got a device or a pipe")
    if path.stat().st_size == 0:
        raise ImageFileError(f"{path}: the file is empty; copy or export it again")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # not allowed to look, or a name that is too long
        raise ImageFileError(f"{path}: {error.strerror}; choose another place") from error


def _read(stream: BinaryIO, path: Path) -> Image:
    first_bytes = stream.read(132)
    stream.seek(0)
    samples = describe_deep_samples(stream)
    if samples is not None:
        raise ImageFileError(_too_deep(path, samples))
    try:
        picture = PillowImage.open(stream, formats=[item.name for item in FORMATS])
    except UnidentifiedImageError:
        known = describe_foreign(first_bytes)
        raise ImageFileError(
            f"{path}: expected a {READABLE} picture, got {known}, or a file damaged at its "
            "beginning; convert it to PNG first"
        ) from None
    with picture:
        if picture.width * picture.height > MAXIMUM_PIXELS:
            raise ImageFileError(_too_large(path))
        # A camera's JPEG may carry a second picture (MPO), for example a preview: the first one
        # is the photograph.
        is_jpeg = picture.format in {"JPEG", "MPO"}
        frames = 1 if is_jpeg else getattr(picture, "n_frames", 1)
        if frames > 1:
            raise ImageFileError(
                f"{path}: expected one picture, got an animation or a file of {frames} pages; "
                "export the one you want to a file of its own"
            )
        if picture.mode not in _GREY_MODES | _COLOUR_MODES:
            raise ImageFileError(_unfit_mode(path, picture.mode))
        picture.load()
        pixels, alpha = _split_alpha(_upright(picture))
        return Image(pixels, alpha, path, "JPEG" if is_jpeg else str(picture.format))


def _upright(picture: PillowImage.Image) -> PillowImage.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        # An unreadable tag says nothing about the pixels, which are fine.
        logger.warning("the orientation tag of a picture cannot be read and is not applied")
        return picture


def _split_alpha(
    picture: PillowImage.Image,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    is_grey = picture.mode in _GREY_MODES
    if not picture.has_transparency_data:
        return _to_array(picture.convert("L" if is_grey else "RGB")), None
    values = _to_array(picture.convert("RGBA"))
    pixels = values[..., 0] if is_grey else values[..., :3]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(values[..., 3])


def _to_array(picture: PillowImage.Image) -> NDArray[np.uint8]:
    return np.array(picture, dtype=np.uint8)


def _require_pixels(pixels: NDArray[Any], alpha: NDArray[Any] | None) -> None:
    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    if pixels.dtype != np.uint8 or not is_picture or 0 in pixels.shape:
        raise ImageValueError(
            "expected pixels of the shape (H, W) or (H, W, 3), uint8, got "
            f"{pixels.shape}, {pixels.dtype}; convert them first"
        )
    if alpha is not None and (alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]):
        raise ImageValueError(
            f"expected an alpha channel of the shape {pixels.shape[:2]}, uint8, got "
            f"{alpha.shape}, {alpha.dtype}; convert it first"
        )


def _too_deep(path: Path, samples: str) -> str:
    return (
        f"{path}: expected an 8-bit picture, got {samples} samples; only 8-bit files can be read "
        "so far: convert it to 8 bits, or read it yourself and give gifnet.Fuser in Python the "
        "uint16 or float32 array"
    )


def _too_large(path: Path) -> str:
    return f"{path}: expected at most {MAXIMUM_PIXELS} pixels, got more; crop it or make it smaller"


def _unfit_mode(path: Path, mode: str) -> str:
    if mode in {"I", "F"} or mode.startswith("I;"):
        return _too_deep(path, "deeper")
    four_bands = " (or four bands of another kind)" if mode == "CMYK" else ""
    return (
        f"{path}: expected grey or RGB, got {mode} colours{four_bands}; convert it to RGB in a "
        "program that knows its colour profile"
    )
