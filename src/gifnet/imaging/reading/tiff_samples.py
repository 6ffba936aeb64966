"""What the samples of a TIFF page mean: depth, sign, colour, alpha."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import Picture
from gifnet.imaging.depth import opaque_value
from gifnet.imaging.reading.decoded import RefusedError

if TYPE_CHECKING:
    from tifffile import TiffPage

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_NAMES = {4: "mask", 5: "CMYK", 8: "CIELab", 9: "ICCLab", 10: "ITULab", 32803: "raw sensor"}
_ASSOCIATED, _UNASSOCIATED = 1, 2
# Above it, float32 no longer holds every whole number.
_LARGEST_EXACT = 2**24
_ROUNDED = (
    "samples of 64 bits are rounded to float32, to about 7 digits; take an offset off them first "
    "if more count"
)


@dataclass(frozen=True)
class Samples:
    """Pixels and alpha of a page, what its samples were, and what they lost, in words."""

    pixels: Picture
    alpha: Picture | None
    description: str
    lost: str | None = None


def split_samples(page: "TiffPage", values: NDArray[Any]) -> Samples:
    """Make a picture of a page's samples.

    Samples of fewer than 8 or 16 bits are spread over the whole range; signed ones, and those of
    32 bits, become float32, which holds them exactly; float64 is rounded to it, which is told.

    Args:
        page: the page.
        values: (planes, depth, H, W, samples), as tifffile decodes it.

    Returns:
        The picture.

    Raises:
        RefusedError: the page is of other colours, or float32 cannot hold its numbers.
    """
    # (planes, 1, H, W, samples) -> (H, W, bands): one of planes and samples is 1.
    bands = np.moveaxis(values[:, 0], 0, 2)[..., 0] if values.shape[0] > 1 else values[0, 0]
    bits = _bits(page)
    if page.photometric == _PALETTE:
        return _from_palette(page, bands)
    if page.photometric not in {_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _YCBCR}:
        colours = _NAMES.get(int(page.photometric), str(page.photometric))
        raise RefusedError(
            f"expected grey or RGB, got {colours} colours; convert it to RGB in a program that "
            "knows its colour profile"
        )
    stored, description = _stored(bands, bits)
    if page.photometric == _WHITE_IS_ZERO:
        if stored.dtype.kind == "f":
            raise RefusedError(
                "expected dark pixels of small values, got a TIFF of floats where white is zero; "
                "export it with black as zero"
            )
        stored = np.bitwise_not(stored)
    samples = _split_alpha(stored, tuple(int(kind) for kind in page.extrasamples), description)
    is_double = bands.dtype.kind == "f" and bands.dtype.itemsize > 4
    if is_double and not np.array_equal(stored, bands, equal_nan=True):
        return replace(samples, lost=_ROUNDED)
    return samples


def _bits(page: "TiffPage") -> int:
    bits: Any = page.bitspersample
    widths = {int(width) for width in (bits if isinstance(bits, tuple) else (bits,))}
    if len(widths) != 1 or page.dtype is None:
        raise RefusedError(
            f"expected samples of one depth, got {bits} bits; export it with 8 or 16 bits"
        )
    return widths.pop()


def _stored(values: NDArray[Any], bits: int) -> tuple[NDArray[Any], str]:
    kind = values.dtype.kind
    match kind:
        case "b":
            return values.astype(np.uint8) * np.uint8(255), "1-bit"
        case "u" if bits in {8, 16}:
            return np.ascontiguousarray(values.astype(f"u{bits // 8}", copy=False)), f"{bits}-bit"
        case "u" if bits < 16:
            return _spread(values, bits), f"{bits}-bit"
        case "u" | "i":
            return _whole_numbers(
                values, bits
            ), f"{bits}-bit {'signed' if kind == 'i' else ''}".strip()
        case "f":
            return _floats(values), f"{bits}-bit float"
        case _:
            raise RefusedError(
                f"expected whole or floating-point samples, got {values.dtype}; "
                "export it as float32"
            )


def _spread(values: NDArray[Any], bits: int) -> Picture:
    """Samples of odd depths over the whole range of the next one."""
    dtype = np.dtype(np.uint8 if bits < 8 else np.uint16)
    spread: Picture = np.rint(values * (opaque_value(dtype) / (2**bits - 1))).astype(dtype)
    return spread


def _whole_numbers(values: NDArray[Any], bits: int) -> NDArray[np.float32]:
    if bits > 16 and values.size:
        largest = max(abs(int(values.min())), abs(int(values.max())))
        if largest > _LARGEST_EXACT:
            raise RefusedError(
                f"expected numbers up to {_LARGEST_EXACT}, which float32 holds exactly, got "
                f"{largest} in samples of {bits} bits; export it as uint16 or float32"
            )
    return values.astype(np.float32)


def _floats(values: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        narrow = np.ascontiguousarray(values.astype(np.float32, copy=False))
    if values.dtype.itemsize > 4 and (np.isinf(narrow) & np.isfinite(values)).any():
        raise RefusedError(
            "expected numbers that float32 holds, got larger ones in samples of 64 bits; scale them"
        )
    return narrow


def _split_alpha(values: NDArray[Any], extras: tuple[int, ...], description: str) -> Samples:
    bands = values.shape[2]
    has_alpha = bool(extras) and extras[-1] in {_ASSOCIATED, _UNASSOCIATED}
    colours = bands - has_alpha
    if colours == 2 or colours > 3:
        raise RefusedError(
            f"expected grey or RGB, with or without alpha, got {bands} bands; "
            "export the one or three that are to be fused, or sharpen all of them by a "
            "panchromatic picture with gifnet pansharpen"
        )
    pixels: NDArray[Any] = np.ascontiguousarray(values[..., 0] if colours == 1 else values[..., :3])
    if not has_alpha:
        return Samples(pixels, None, description)
    alpha: NDArray[Any] = np.ascontiguousarray(values[..., -1])
    if extras[-1] == _ASSOCIATED:
        pixels = _without_alpha(pixels, alpha)
    return Samples(pixels, alpha, description)


def _without_alpha(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Divide colours by the alpha that they were multiplied with; invisible ones stay."""
    largest = opaque_value(pixels.dtype)
    divisor = np.where(alpha > 0, alpha, largest).astype(np.float64) / largest
    divided = pixels / (divisor if pixels.ndim == 2 else divisor[..., None])
    if pixels.dtype.kind == "f":
        return divided.astype(np.float32)
    rounded: NDArray[Any] = np.clip(np.rint(divided), 0, largest).astype(pixels.dtype)
    return rounded


def _from_palette(page: "TiffPage", indices: NDArray[Any]) -> Samples:
    palette = page.colormap
    if indices.shape[2] != 1 or palette is None or indices.dtype.kind not in "ub":
        raise RefusedError("expected a palette of RGB colours, got another; export it as RGB")
    # Sixteen bits by the standard, of which writers fill the lower half with zeros or with the
    # upper one; some leave eight.
    colours = (palette if palette.max() < 256 else palette >> 8).astype(np.uint8)
    return Samples(np.ascontiguousarray(colours.T[indices[..., 0].astype(np.intp)]), None, "8-bit")
