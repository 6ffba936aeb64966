"""How many bits a sample has, read from a file's header.

Pillow turns sixteen-bit RGB files into eight bits without a word, so its mode does not tell.
"""

from typing import BinaryIO

from PIL import TiffImagePlugin

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Not b"MM\\0+", big-endian BigTIFF: Pillow cannot read it, whatever its samples.
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0")
_BITS_PER_SAMPLE = 258
_SAMPLE_FORMAT = 339
_SAMPLE_FORMAT_NAMES = {1: "", 2: " signed", 3: " floating-point"}


def describe_deep_samples(stream: BinaryIO) -> str | None:
    """Say what a file's samples are if they are not unsigned integers of at most eight bits.

    Args:
        stream: the file, at its beginning; it is there again afterwards.

    Returns:
        For example ``16-bit``, or None if the samples fit into uint8. Only PNG and TIFF can have
        others; every other format gives None.
    """
    header = stream.read(32)
    try:
        if header.startswith(_PNG_SIGNATURE) and len(header) > 24:
            return f"{header[24]}-bit" if header[24] > 8 else None
        if header.startswith(_TIFF_SIGNATURES):
            return _describe_deep_tiff(stream, header)
        return None
    finally:
        stream.seek(0)


def _describe_deep_tiff(stream: BinaryIO, header: bytes) -> str | None:
    is_big = header[2:3] == b"+"
    directory = TiffImagePlugin.ImageFileDirectory_v2(header[: 16 if is_big else 8])
    stream.seek(directory.next)
    directory.load(stream)
    bits = max(directory.get(_BITS_PER_SAMPLE, (1,)))
    sample_format = max(directory.get(_SAMPLE_FORMAT, (1,)))
    if bits <= 8 and sample_format == 1:
        return None
    return f"{bits}-bit{_SAMPLE_FORMAT_NAMES.get(sample_format, '')}"
