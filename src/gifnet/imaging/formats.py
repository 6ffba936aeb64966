"""The picture file formats that can be read and written, and what each can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gifnet.errors import ImageFileError


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        name: what users and Pillow call it.
        suffixes: file name endings, the usual one first.
        holds_alpha: whether an alpha channel survives writing.
        largest_side: the most pixels that a row or a column can have.
        options: how Pillow writes it.
    """

    name: str
    suffixes: tuple[str, ...]
    holds_alpha: bool
    largest_side: int
    options: Mapping[str, Any] = field(default_factory=dict)


FORMATS = (
    Format("PNG", (".png",), holds_alpha=True, largest_side=2**31 - 1),
    Format(
        "JPEG",
        (".jpg", ".jpeg"),
        holds_alpha=False,
        largest_side=65_500,
        # 4:4:4: the network's luma is worth little beside chroma of half the resolution.
        options={"quality": 95, "subsampling": 0},
    ),
    Format(
        "TIFF",
        (".tif", ".tiff"),
        holds_alpha=True,
        largest_side=2**31 - 1,
        options={"compression": "tiff_adobe_deflate"},
    ),
    Format("BMP", (".bmp",), holds_alpha=False, largest_side=2**31 - 1),
    Format(
        "WEBP",
        (".webp",),
        holds_alpha=True,
        largest_side=16_383,
        # exact: keep the colours of fully transparent pixels, too.
        options={"lossless": True, "exact": True},
    ),
)

READABLE = ", ".join(item.name for item in FORMATS[:-1]) + f" or {FORMATS[-1].name}"
_WRITABLE = ", ".join(suffix for item in FORMATS for suffix in item.suffixes)

# Files that people take for pictures of a known format; the first bytes tell.
_OTHERS = (
    (0, b"GIF8", "a GIF"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
    (0, b"MM\0+", "a big-endian BigTIFF"),
    (0, b"v/1\x01", "an OpenEXR file"),
    (0, b"#?RADIANCE", "a Radiance HDR file"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"%PDF", "a PDF"),
    (4, b"ftyp", "a HEIF, AVIF or video file"),
    (128, b"DICM", "a DICOM file"),
)


def format_for_writing(path: Path) -> Format:
    """Find the format that a file's suffix stands for.

    Args:
        path: the file to be written.

    Returns:
        The format.

    Raises:
        ImageFileError: no format has this suffix.
    """
    suffix = path.suffix.lower()
    for item in FORMATS:
        if suffix in item.suffixes:
            return item
    came = f"the suffix {path.suffix!r}" if suffix else "a name without a suffix"
    raise ImageFileError(f"{path}: cannot write {came}; name the output with one of {_WRITABLE}")


def describe_foreign(first_bytes: bytes) -> str:
    """Say what a file is that is in none of the readable formats.

    Args:
        first_bytes: the beginning of the file, 132 bytes if it has so many.

    Returns:
        For example ``a GIF``, or ``something else`` where it is not known.
    """
    for offset, signature, description in _OTHERS:
        if first_bytes[offset : offset + len(signature)] == signature:
            return description
    return "something else"
