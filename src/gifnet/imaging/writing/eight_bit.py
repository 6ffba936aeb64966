"""Eight-bit JPEG, BMP and WebP files, written by Pillow."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.exif import with_dpi
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.writing.losses import fitting_jpeg


def write_jpeg(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write a JPEG file of quality 95.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), uint8.
        alpha: None.
        metadata: EXIF, XMP, IPTC, colour profile and resolution are written.
    """
    metadata = fitting_jpeg(metadata)
    exif, xmp = metadata.exif, metadata.xmp
    options: dict[str, Any] = {
        "exif": None if exif is None else b"Exif\0\0" + exif,
        "xmp": xmp,
        "icc_profile": metadata.icc,
        "dpi": _whole_dpi(metadata),
        "extra": None if metadata.iptc is None else _iptc_segment(metadata.iptc),
    }
    # 4:4:4: the network's luma is worth little beside chroma of half the resolution.
    _save(pixels, alpha, path, "JPEG", quality=95, subsampling=0, **_given(options))


def write_webp(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write a lossless WebP file.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), uint8.
        alpha: (H, W), uint8, or None.
        metadata: EXIF, XMP and colour profile are written, the resolution as part of EXIF.
    """
    exif = metadata.exif if metadata.dpi is None else with_dpi(metadata.exif, metadata.dpi)
    options: dict[str, Any] = {"exif": exif, "xmp": metadata.xmp, "icc_profile": metadata.icc}
    # exact: keep the colours of fully transparent pixels, too.
    _save(pixels, alpha, path, "WEBP", lossless=True, exact=True, **_given(options))


def write_bmp(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write a BMP file.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), uint8.
        alpha: None.
        metadata: the resolution is written.
    """
    _save(pixels, alpha, path, "BMP", **_given({"dpi": metadata.dpi}))


def _save(
    pixels: Picture, alpha: Picture | None, path: Path, format_name: str, **options: Any
) -> None:
    picture = PillowImage.fromarray(np.ascontiguousarray(pixels))
    if alpha is not None:
        picture.putalpha(PillowImage.fromarray(np.ascontiguousarray(alpha)))
    with path.open("wb") as stream:
        picture.save(stream, format=format_name, **options)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _iptc_segment(iptc: bytes) -> bytes:
    """The segment of JPEG that holds IPTC, in a block of Photoshop's form."""
    block = b"8BIM" + struct.pack(">HHL", 0x0404, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)
    content = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(content) + 2) + content


def _whole_dpi(metadata: Metadata) -> tuple[int, int] | None:
    """JPEG's own resolution is of whole numbers; EXIF says more."""
    if metadata.dpi is None:
        return None
    across, down = (min(max(round(value), 1), 65_535) for value in metadata.dpi)
    return across, down
