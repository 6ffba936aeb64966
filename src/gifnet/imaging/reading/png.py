"""PNG files of any depth: sixteen bits by imagecodecs, since Pillow makes eight of them."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.exif import orientation_of, without_prefix
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.metadata.xmp import xmp_orientation
from gifnet.imaging.reading.decoded import Decoded, refuse_frames, require_few_pixels
from gifnet.imaging.reading.eight_bit import read_eight_bit, valid_dpi

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
_INCHES = 0.0254
_LARGEST_TEXT = 2**26
_KEPT = {b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"tEXt", b"zTXt", b"iTXt"}


def read_png(stream: BinaryIO) -> Decoded:
    """Read a PNG file.

    Args:
        stream: the file, at its beginning.

    Returns:
        The picture, of 8 or 16 bits.

    Raises:
        RefusedError: it is too large or animated.
        Exception: nearly any other, if the file is damaged.
    """
    header = stream.read(33)
    if len(header) < 33 or header[12:16] != b"IHDR":
        raise ValueError("no header")
    width, height, depth = struct.unpack(">LLB", header[16:25])
    require_few_pixels(width, height)
    metadata, frames = _read_chunks(stream)
    if frames > 1:
        raise refuse_frames(frames)
    stream.seek(0)
    if depth <= 8:
        return read_eight_bit(stream, ["PNG"], metadata)
    pixels, alpha = _read_sixteen_bit(stream)
    return Decoded(
        pixels,
        alpha,
        "PNG",
        orientation_of(metadata.exif) or xmp_orientation(metadata.xmp) or 1,
        metadata,
        "16-bit",
    )


def _read_sixteen_bit(stream: BinaryIO) -> tuple[Picture, Picture | None]:
    from imagecodecs import png_decode

    # A transparent colour comes back as an alpha channel, 0 and 65535.
    values = np.asarray(png_decode(stream.read()))
    if values.dtype != np.uint16 or values.ndim not in {2, 3}:
        raise ValueError(f"unexpected samples: {values.dtype}, {values.shape}")
    if values.ndim == 2:
        return values, None
    channels = values.shape[2]
    alpha = np.ascontiguousarray(values[..., -1]) if channels in {2, 4} else None
    pixels = values[..., 0] if channels <= 2 else values[..., :3]
    return np.ascontiguousarray(pixels), alpha


def _read_chunks(stream: BinaryIO) -> tuple[Metadata, int]:
    """What the chunks say beside the pixels, and the number of frames. Damaged ones say nothing."""
    exif = xmp = icc = None
    dpi = None
    frames = 1
    kept: list[tuple[bytes, bytes]] = []
    for kind, content in _chunks(stream):
        match kind:
            case b"eXIf":
                exif = without_prefix(content) or exif
            case b"iCCP":
                icc = _inflate(content.partition(b"\0")[2][1:]) or icc
            case b"pHYs" if len(content) == 9 and content[8] == 1:
                dpi = valid_dpi(round(v * _INCHES, 3) for v in struct.unpack(">LL", content[:8]))
            case b"acTL" if len(content) == 8:
                frames = struct.unpack(">L", content[:4])[0]
            case b"iTXt" if content.startswith(XMP_KEYWORD + b"\0"):
                xmp = _international_text(content) or xmp
            case b"tEXt" | b"zTXt" if content.startswith(b"Raw profile type "):
                keyword, profile = _raw_profile(kind, content)
                if keyword in {b"exif", b"APP1"} and profile.startswith(b"Exif\0\0"):
                    exif = exif or without_prefix(profile)
                elif keyword == b"xmp":
                    xmp = xmp or profile or None
            case _ if kind in _KEPT:
                kept.append((kind, content))
    return Metadata(exif=exif, xmp=xmp, icc=icc, dpi=dpi, chunks=tuple(kept)), frames


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Chunks but those of pixels, until the file's end or a damaged place."""
    stream.seek(len(SIGNATURE))
    while len(start := stream.read(8)) == 8:
        length, kind = struct.unpack(">L4s", start)
        if kind in {b"IDAT", b"fdAT"} or length > _LARGEST_TEXT:
            stream.seek(length + 4, 1)
            continue
        content, checksum = stream.read(length), stream.read(4)
        if checksum != struct.pack(">L", zlib.crc32(kind + content)):
            continue
        if kind == b"IEND":
            return
        yield kind, content


def _international_text(content: bytes) -> bytes | None:
    rest = content[len(XMP_KEYWORD) + 1 :]
    compressed = rest[:1] == b"\1"
    text = rest[2:].split(b"\0", 2)[-1]
    return (_inflate(text) if compressed else text) or None


def _raw_profile(kind: bytes, content: bytes) -> tuple[bytes, bytes]:
    """What ImageMagick and ExifTool write where they know no chunk for it: digits in a text."""
    keyword, _, text = content.partition(b"\0")
    lines = (_inflate(text[1:]) or b"") if kind == b"zTXt" else text
    digits = b"".join(lines.strip().split(b"\n")[2:])
    try:
        return keyword.rpartition(b" ")[2], bytes.fromhex(digits.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return b"", b""


def _inflate(compressed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(compressed, _LARGEST_TEXT)
    except zlib.error:
        return None
    return content if unpacker.eof else None
