"""Whether an OpenEXR file is complete, found out without the library, which prints to stderr.

Source: the OpenEXR file layout (openexr.com): a header of attributes, a table of places, chunks.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_LINES_IN_CHUNK = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
"""By the number of the compression."""
_FLAGS_OF_OTHER_LAYOUTS = 0x200 | 0x800 | 0x1000
"""Tiles, deep pixels, several parts."""
_LARGEST_ATTRIBUTE = 2**26


def require_all_lines(path: Path) -> None:
    """Refuse a file of scan lines that is cut off; other layouts are left to the library.

    Args:
        path: the file.

    Raises:
        ValueError: chunks of lines lie outside the file.
    """
    length = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(8)
        if len(start) < 8 or struct.unpack("<L", start[4:])[0] & _FLAGS_OF_OTHER_LAYOUTS:
            return
        attributes = _read_attributes(stream)
        compression, window = attributes.get(b"compression"), attributes.get(b"dataWindow")
        if compression is None or window is None or len(window) != 16:
            return
        lines = _LINES_IN_CHUNK.get(compression[0] if compression else -1)
        top, bottom = struct.unpack("<4l", window)[1::2]
        if lines is None or not 0 <= bottom - top < 2**26:
            return
        chunks = -(-(bottom - top + 1) // lines)
        table = stream.read(8 * chunks)
        if len(table) < 8 * chunks:
            raise ValueError("the table of lines is cut off")
        for place in struct.unpack(f"<{chunks}Q", table):
            stream.seek(min(place, length))
            leader = stream.read(8)
            if len(leader) < 8 or place + 8 + struct.unpack("<4xl", leader)[0] > length:
                raise ValueError("lines lie outside the file")


def _read_attributes(stream: BinaryIO) -> dict[bytes, bytes]:
    attributes: dict[bytes, bytes] = {}
    while name := _read_text(stream):
        _read_text(stream)  # its type
        size = struct.unpack("<l", stream.read(4))[0]
        if not 0 <= size <= _LARGEST_ATTRIBUTE:
            raise ValueError("a damaged header")
        attributes[name] = stream.read(size)
    return attributes


def _read_text(stream: BinaryIO) -> bytes:
    text = bytearray()
    while (byte := stream.read(1)) != b"\0":
        text += byte
        if not byte or len(text) > 255:
            raise ValueError("a damaged header")
    return bytes(text)
