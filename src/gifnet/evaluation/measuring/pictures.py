"""Pictures as the metrics see them: files to arrays on the scale of 8 bits, and their luma."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import ImageFileError, ImageValueError
from gifnet.imaging import read_image
from gifnet.imaging.bit_depth import describe_deep_samples

ARRAY_SUFFIX = ".npy"
DATA_RANGE = 255
"""Every picture is measured on the scale of 8 bits, whatever the depth of its file."""

Pixels = NDArray[Any]

_EXIF_ORIENTATION = 0x0112
_LYING = {5, 6, 7, 8}
_GREY_MODES = {"1", "L", "LA", "La"}


def read_picture(path: Path) -> Pixels:
    """Read a picture file or a NumPy array to be measured.

    Args:
        path: A picture file that ``gifnet.imaging`` reads, whose alpha channel is ignored, or a
            ``.npy`` file of uint8, uint16 or float in [0, 1], (H, W) or (H, W, C).

    Returns:
        (H, W) or (H, W, C), 0 to 255: uint8 as stored, or float64, scaled without rounding.

    Raises:
        ImageFileError: The file is missing, damaged, of no known format, or a picture file of more
            than 8 bits.
        ImageValueError: The array is none of those.
    """
    if path.suffix.lower() != ARRAY_SUFFIX:
        _require_eight_bits(path)
        pixels = read_image(path).pixels
        if pixels.dtype != np.uint8:
            raise _too_deep(path, str(pixels.dtype))
        return pixels
    return _on_eight_bit_scale(_drop_single_band(_read_array(path)), path)


def picture_shape(path: Path) -> tuple[int, ...] | None:
    """Find the shape of a picture by its file's header alone.

    Args:
        path: As ``read_picture`` takes it.

    Returns:
        (H, W) or (H, W, C) as ``read_picture`` would return it; None if the header is unreadable.
    """
    try:
        if path.suffix.lower() == ARRAY_SUFFIX:
            return _drop_single_band(_read_array(path, mapped=True)).shape
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                width, height = picture.size
                # Pillow would decode a whole PNG in search of a tag that its header lacks.
                tagged = picture.format != "PNG" or "exif" in picture.info
                if tagged and picture.getexif().get(_EXIF_ORIENTATION) in _LYING:
                    width, height = height, width
                return (height, width) if picture.mode in _GREY_MODES else (height, width, 3)
    except Exception:  # Pillow raises nearly anything at damaged files; reading tells which
        return None


def band_count(shape: tuple[int, ...]) -> int:
    """Count the bands of a picture (H, W) or (H, W, C)."""
    return 1 if len(shape) == 2 else shape[2]


def luma(picture: Pixels) -> Pixels:
    """Turn a colour picture to grey as the toolboxes do.

    Args:
        picture: (H, W), or (H, W, 3) in RGB; uint8, or float64 in [0, 255].

    Returns:
        (H, W): a grey picture as it is; of uint8 the luma rounded to whole levels (half up), of
        float64 the luma unrounded. Source: ITU-R BT.601, as MATLAB's rgb2gray.

    Raises:
        ImageValueError: The shape is another one.
    """
    if picture.ndim == 2:
        return picture
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise ImageValueError(f"expected a grey or RGB picture, got shape {picture.shape}")
    if picture.dtype == np.uint8:
        # In whole numbers, so that halves round up on every machine.
        thousandths = picture.astype(np.uint32) @ np.array([299, 587, 114], np.uint32)
        return np.asarray((thousandths + 500) // 1000, np.uint8)
    return np.asarray(picture @ np.array([0.299, 0.587, 0.114]), np.float64)


def _require_eight_bits(path: Path) -> None:
    """Say here what helps with deeper files; what else is wrong with a file, reading says."""
    try:
        with path.open("rb") as stream:
            samples = describe_deep_samples(stream)
    except Exception:  # Pillow raises nearly anything at damaged files; reading tells which
        return
    if samples is not None:
        raise _too_deep(path, samples)


def _too_deep(path: Path, samples: str) -> ImageFileError:
    return ImageFileError(
        f"{path}: expected a picture file of 8 bits, got {samples} samples; save them as .npy "
        "(numpy.save, uint16 or float in [0, 1]), which keeps their depth"
    )


def _read_array(path: Path, *, mapped: bool = False) -> Pixels:
    try:
        array = np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None)
    except FileNotFoundError as error:
        raise ImageFileError(f"{path}: no such file; check the name and the folder") from error
    except (OSError, ValueError, EOFError) as error:
        raise ImageFileError(
            f"{path}: expected an array of numbers written by numpy.save, got a damaged or other "
            f"file ({error}); write it again"
        ) from error
    if not isinstance(array, np.ndarray):
        raise ImageFileError(f"{path}: expected one array, got an archive; use numpy.save")
    if array.ndim not in {2, 3} or array.size == 0:
        raise ImageValueError(
            f"{path}: expected the shape (H, W) or (H, W, C), got {array.shape}; "
            "save one picture a file"
        )
    return array


def _drop_single_band(array: Pixels) -> Pixels:
    return array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array


def _on_eight_bit_scale(array: Pixels, name: Path) -> Pixels:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return array.astype(np.float64) * (DATA_RANGE / 65535)
    if array.dtype.kind != "f":
        raise ImageValueError(
            f"{name}: expected uint8, uint16 or float in [0, 1], got {array.dtype}; convert it to "
            "the one that its range is"
        )
    values = array.astype(np.float64)
    smallest, largest = float(values.min()), float(values.max())
    if not (smallest >= 0 and largest <= 1):  # so written that NaN fails, too
        raise ImageValueError(
            f"{name}: expected float values in [0, 1], got {smallest:g} to {largest:g}; scale or "
            "clip them"
        )
    return values * DATA_RANGE
