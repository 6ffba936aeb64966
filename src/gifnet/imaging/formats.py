"""The picture file formats that can be read and written, and what each can hold."""

from dataclasses import dataclass
from pathlib import Path

from gifnet.errors import ImageFileError


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        name: what users and Pillow call it.
        suffixes: file name endings, the usual one first.
        dtypes: of samples that it can hold, from narrow to wide.
        holds: what survives writing beside the pixels: ``alpha``, ``nodata``, ``exif``, ``xmp``,
            ``icc``, ``iptc``, ``dpi``, ``geo``.
        largest_side: the most pixels that a row or a column can have.
    """

    name: str
    suffixes: tuple[str, ...]
    dtypes: tuple[str, ...]
    holds: frozenset[str]
    largest_side: int = 2**31 - 1


FORMATS = (
    Format(
        "PNG", (".png",), ("uint8", "uint16"), frozenset({"alpha", "exif", "xmp", "icc", "dpi"})
    ),
    Format(
        "JPEG",
        (".jpg", ".jpeg"),
        ("uint8",),
        frozenset({"exif", "xmp", "icc", "iptc", "dpi"}),
        65_500,
    ),
    Format(
        "TIFF",
        (".tif", ".tiff"),
        ("uint8", "uint16", "float32"),
        frozenset({"alpha", "nodata", "exif", "xmp", "icc", "iptc", "dpi", "geo"}),
    ),
    Format("BMP", (".bmp",), ("uint8",), frozenset({"dpi"})),
    # Its resolution is told by EXIF.
    Format(
        "WEBP", (".webp",), ("uint8",), frozenset({"alpha", "exif", "xmp", "icc", "dpi"}), 16_383
    ),
    Format("EXR", (".exr",), ("float32",), frozenset({"alpha", "nodata", "xmp", "dpi"})),
)

READABLE = ", ".join(item.name for item in FORMATS[:-1]) + f" or {FORMATS[-1].name}"
_WRITABLE = ", ".join(suffix for item in FORMATS for suffix in item.suffixes)

# Files that people take for pictures of a known format; the first bytes tell.
_OTHERS = (
    (0, b"GIF8", "a GIF"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
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
