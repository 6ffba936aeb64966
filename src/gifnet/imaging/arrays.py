"""The one place where pictures become float32 in [0, 1], and where they leave it again.

A picture is an array (H, W) or (H, W, 3) of uint8, uint16 or float32; float32 lies in [0, 1].
Inside, every picture is float32 in [0, 1], so sixteen-bit and float pictures lose nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError

Picture = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
FloatArray = NDArray[np.float32]

_LARGEST_VALUES: dict[np.dtype[Any], float] = {
    np.dtype(np.uint8): 255.0,
    np.dtype(np.uint16): 65535.0,
    np.dtype(np.float32): 1.0,
}
# Two pictures of one place at resolutions that differ by this factor may be bands of a satellite.
_FINER, _SAME_SHAPE = 1.9, 0.02
_PANSHARPEN = "; a panchromatic and a multispectral picture are for gifnet pansharpen"
_FROM_NARROW_TO_WIDE = tuple(_LARGEST_VALUES)
_ADVICE = {
    "f": "scale it to [0, 1] and convert it with .astype(numpy.float32)",
    "b": "convert it with .astype(numpy.uint8) * 255",
    "i": "convert it to uint8 or uint16, whichever its range is",
    "u": "convert it to uint8 or uint16, whichever its range is",
}


def to_float(picture: Picture, *, name: str) -> FloatArray:
    """Check a picture and convert it to float32.

    Args:
        picture: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1].
        name: what error messages call the picture.

    Returns:
        The same shape, float32 in [0, 1].

    Raises:
        ImageValueError: the dtype, the shape or a value is none of those.
    """
    require_picture(picture, name=name)
    return convert(picture)


def require_picture(picture: Picture, *, name: str) -> None:
    """Check a picture.

    Args:
        picture: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1].
        name: what error messages call the picture.

    Raises:
        ImageValueError: the dtype, the shape or a value is none of those.
    """
    if not isinstance(picture, np.ndarray):
        raise ImageValueError(
            f"{name}: expected a NumPy array, got {type(picture).__name__}; "
            "convert it with numpy.asarray"
        )
    dtype = picture.dtype.newbyteorder("=")
    if dtype not in _LARGEST_VALUES:
        advice = _ADVICE.get(dtype.kind, "convert it to one of these")
        raise ImageValueError(
            f"{name}: expected uint8, uint16 or float32, got {picture.dtype}; {advice}"
        )
    _require_shape(picture.shape, name=name)
    if dtype.kind == "f":
        _require_unit_range(picture, name=name)


def convert(picture: Picture) -> FloatArray:
    """Convert a picture that is checked, or a part of it, to float32.

    Args:
        picture: uint8, uint16 or float32 in [0, 1], any shape.

    Returns:
        A new array of the same shape, float32 in [0, 1].
    """
    dtype = picture.dtype.newbyteorder("=")
    values: FloatArray = picture.astype(np.float32)
    if dtype.kind != "f":
        values /= np.float32(_LARGEST_VALUES[dtype])
    return values


def from_float(values: FloatArray, dtype: np.dtype[Any]) -> Picture:
    """Convert float32 values to a picture's dtype, clipped to its range and rounded.

    Args:
        values: any shape, float32, finite; outside [0, 1] is clipped.
        dtype: uint8, uint16 or float32.

    Returns:
        The same shape, of this dtype.
    """
    clipped = np.clip(values, 0.0, 1.0)
    if dtype.kind == "f":
        return clipped
    clipped *= np.float32(_LARGEST_VALUES[dtype])
    rounded: Picture = np.rint(clipped, out=clipped).astype(dtype)
    return rounded


def widest_dtype(*pictures: Picture) -> np.dtype[Any]:
    """Find the dtype that holds all of the pictures: uint8 < uint16 < float32.

    Args:
        pictures: pictures that ``to_float`` accepts.

    Returns:
        The widest of their dtypes, in the machine's byte order.
    """
    dtypes = [picture.dtype.newbyteorder("=") for picture in pictures]
    return max(dtypes, key=_FROM_NARROW_TO_WIDE.index)


def require_same_size(
    first: tuple[int, ...], second: tuple[int, ...], *, names: tuple[str, str]
) -> None:
    """Refuse two pictures of different sizes.

    Args:
        first: shape of the first, height and width leading.
        second: shape of the second.
        names: what the message calls them.

    Raises:
        ImageSizeError: height or width differ.
    """
    if first[:2] != second[:2]:
        ratios = [first[axis] / max(second[axis], 1) for axis in (0, 1)]
        ratio = max(ratios[0], 1 / max(ratios[0], 1e-9))
        alike = abs(ratios[0] / max(ratios[1], 1e-9) - 1) < _SAME_SHAPE
        raise ImageSizeError(
            "expected two pictures of the same size, got "
            f"{describe_size(first)} ({names[0]}) and {describe_size(second)} ({names[1]}); "
            "crop or resize one so that both show the same field of view"
            + (_PANSHARPEN if alike and ratio >= _FINER else "")
        )


def require_minimum_size(shape: tuple[int, ...], *, minimum: int, name: str) -> None:
    """Refuse a picture that is too small for the network.

    Args:
        shape: shape of the picture, height and width leading.
        minimum: least height and width, in pixels.
        name: what the message calls the picture.

    Raises:
        ImageSizeError: height or width is below the minimum.
    """
    if min(shape[:2]) < minimum:
        raise ImageSizeError(
            f"{name}: expected at least {minimum} x {minimum} pixels, got {describe_size(shape)}; "
            "take a larger picture"
        )


def describe_size(shape: tuple[int, ...]) -> str:
    """Write a size as people do: width first.

    Args:
        shape: height and width leading, in pixels.

    Returns:
        For example ``640 x 480``.
    """
    return f"{shape[1]} x {shape[0]}"


def _require_shape(shape: tuple[int, ...], *, name: str) -> None:
    if len(shape) == 2 or (len(shape) == 3 and shape[2] == 3):
        return
    if len(shape) == 3 and shape[2] == 1:
        advice = "drop the last axis with picture[..., 0]"
    elif len(shape) == 3 and shape[2] == 4:
        advice = "take the alpha channel off with picture[..., :3]"
    elif len(shape) == 3 and shape[0] in {1, 3}:
        advice = "put the channels last with numpy.moveaxis(picture, 0, -1)"
    else:
        advice = "pass one grey or RGB picture"
    raise ImageValueError(f"{name}: expected the shape (H, W) or (H, W, 3), got {shape}; {advice}")


def _require_unit_range(picture: NDArray[Any], *, name: str) -> None:
    if picture.size == 0:
        return
    smallest, largest = float(picture.min()), float(picture.max())
    if not np.isfinite([smallest, largest]).all():
        broken = int(picture.size - np.count_nonzero(np.isfinite(picture)))
        raise ImageValueError(
            f"{name}: expected finite values, got {broken} that are NaN or infinite; "
            "replace them, for example with numpy.nan_to_num"
        )
    if smallest < 0.0 or largest > 1.0:
        raise ImageValueError(
            f"{name}: expected float32 values in [0, 1], got {smallest:g} to {largest:g}; "
            "scale or clip them"
        )
