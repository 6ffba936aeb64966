"""PNG files of 8 and 16 bits, with all that they can say beside the pixels."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.reading.png import XMP_KEYWORD

_HEADER_END = 33
"""Bytes of the signature and the first chunk."""
_INCHES = 0.0254
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}


def write_png(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write a PNG file.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), uint8 or uint16.
        alpha: (H, W), of the same dtype, or None.
        metadata: EXIF, XMP, colour profile, resolution and chunks of a PNG file are written.
    """
    encoded = _encode(pixels, alpha)
    with path.open("wb") as stream:
        stream.write(encoded[:_HEADER_END])
        stream.write(_chunks(metadata))
        stream.write(encoded[_HEADER_END:])


def with_alpha_band(pixels: Picture, alpha: Picture) -> Picture:
    """Put an alpha channel behind the colours.

    Args:
        pixels: (H, W) or (H, W, 3).
        alpha: (H, W), of the same dtype.

    Returns:
        (H, W, 2) or (H, W, 4), of this dtype.
    """
    stacked: NDArray[Any] = np.dstack([pixels, alpha])
    return stacked


def _encode(pixels: Picture, alpha: Picture | None) -> memoryview:
    if pixels.dtype == np.uint16:
        from imagecodecs import png_encode

        if alpha is not None:
            pixels = with_alpha_band(pixels, alpha)
        return memoryview(png_encode(np.ascontiguousarray(pixels), level=6))
    picture = PillowImage.fromarray(np.ascontiguousarray(pixels))
    if alpha is not None:
        picture.putalpha(PillowImage.fromarray(np.ascontiguousarray(alpha)))
    encoded = BytesIO()
    picture.save(encoded, format="PNG")
    return encoded.getbuffer()


def _chunks(metadata: Metadata) -> bytes:
    """All chunks that stand between the header and the pixels."""
    has_profile = metadata.icc is not None
    # A profile rules; another description of the colours beside it is against the standard.
    kept = [
        _chunk(kind, content)
        for kind, content in metadata.chunks
        if kind in _TEXTS or not (has_profile and kind in {b"sRGB", b"cICP"})
    ]
    if metadata.icc is not None:
        kept.insert(0, _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc, 9)))
    if metadata.dpi is not None:
        per_metre = [min(round(value / _INCHES), 2**31 - 1) for value in metadata.dpi]
        kept.append(_chunk(b"pHYs", struct.pack(">LLB", *per_metre, 1)))
    if metadata.exif is not None:
        kept.append(_chunk(b"eXIf", metadata.exif))
    if metadata.xmp is not None:
        kept.append(_chunk(b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp))
    return b"".join(kept)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">L", zlib.crc32(kind + content))
    return struct.pack(">L", len(content)) + kind + content + checksum
