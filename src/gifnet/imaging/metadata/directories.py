"""TIFF directories as bytes: EXIF is made of them, and so is every TIFF file.

A directory is a list of entries (tag, type, count, value). They are read here from either byte
order, from TIFF and BigTIFF, and written little-endian. Values stay raw bytes, so that nothing
is lost by understanding it.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

import numpy as np

ByteOrder = Literal["<", ">"]

EXIF_DIRECTORY = 34665
GPS_DIRECTORY = 34853
INTEROPERABILITY_DIRECTORY = 40965
SUBDIRECTORIES = (EXIF_DIRECTORY, GPS_DIRECTORY, INTEROPERABILITY_DIRECTORY)

BYTE, ASCII, SHORT, LONG, RATIONAL, DOUBLE, LONG8 = 1, 2, 3, 4, 5, 12, 16
# Bytes of one value, and of what is swapped in another byte order: a rational is two numbers.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_SWAPPED = {**_SIZES, 5: 4, 10: 4}
_LARGEST_VALUE = 2**26
"""Bytes; longer values are damage, or pixels in disguise."""
_MOST_ENTRIES = 4096


class DamagedDirectoryError(ValueError):
    """Bytes that are no TIFF directory."""


@dataclass(frozen=True)
class Entry:
    """One field of a directory.

    Attributes:
        tag: its number.
        type: the number of its type, as in TIFF 6.0 and BigTIFF.
        count: how many values it has.
        value: them, little-endian.
        place: where the value lies in what it was read from; 0 if it was made.
    """

    tag: int
    type: int
    count: int
    value: bytes
    place: int = 0

    def numbers(self) -> tuple[float, ...]:
        """The values as numbers; a rational is one; none for text and undefined types."""
        codes = {1: "B", 3: "<u2", 4: "<u4", 6: "b", 8: "<i2", 9: "<i4", 11: "<f4", 12: "<f8"}
        codes |= {5: "<u4", 10: "<i4", 13: "<u4", 16: "<u8", 17: "<i8", 18: "<u8"}
        if self.type not in codes:
            return ()
        values = np.frombuffer(self.value, codes[self.type]).tolist()
        if self.type in {5, 10}:
            halves = zip(values[::2], values[1::2], strict=True)
            return tuple(above / below if below else 0.0 for above, below in halves)
        return tuple(values)

    def text(self) -> str:
        """The value as text, without what follows its first zero byte."""
        return self.value.split(b"\0", 1)[0].decode("utf-8", "replace")


@dataclass(frozen=True)
class Header:
    """How a TIFF stream begins.

    Attributes:
        order: its byte order, as in ``struct``.
        big: whether it is BigTIFF.
        first: where its first directory lies.
    """

    order: ByteOrder
    big: bool
    first: int


def read_header(stream: BinaryIO) -> Header:
    """Read the first bytes of a TIFF stream.

    Args:
        stream: a TIFF file, or the bytes of EXIF; it is read from its beginning.

    Returns:
        The header.

    Raises:
        DamagedDirectoryError: it is none.
    """
    stream.seek(0)
    start = stream.read(16)
    orders: dict[bytes, ByteOrder] = {b"II": "<", b"MM": ">"}
    order = orders.get(start[:2])
    if order is None or len(start) < 8:
        raise DamagedDirectoryError("no TIFF header")
    version = struct.unpack(f"{order}H", start[2:4])[0]
    if version == 43 and len(start) == 16:
        return Header(order, True, struct.unpack(f"{order}Q", start[8:16])[0])
    if version != 42:
        raise DamagedDirectoryError(f"no TIFF header: version {version}")
    return Header(order, False, struct.unpack(f"{order}L", start[4:8])[0])


def read_directory(stream: BinaryIO, header: Header, offset: int) -> dict[int, Entry]:
    """Read a directory; entries that are damaged are left out.

    Args:
        stream: what it lies in.
        header: of the stream.
        offset: where the directory lies.

    Returns:
        Its entries by tag.

    Raises:
        DamagedDirectoryError: there is no directory.
    """
    order, big = header.order, header.big
    stream.seek(offset)
    count_format, entry_size = (f"{order}Q", 20) if big else (f"{order}H", 12)
    start = stream.read(struct.calcsize(count_format))
    if len(start) < struct.calcsize(count_format):
        raise DamagedDirectoryError("a directory outside the file")
    count = struct.unpack(count_format, start)[0]
    if count > _MOST_ENTRIES:
        raise DamagedDirectoryError(f"a directory of {count} entries")
    block_place = offset + len(start)
    block = stream.read(count * entry_size)
    entries: dict[int, Entry] = {}
    for place in range(0, len(block) - entry_size + 1, entry_size):
        entry = _read_entry(stream, header, block[place : place + entry_size], block_place + place)
        if entry is not None:
            entries.setdefault(entry.tag, entry)
    return entries


def next_directory_place(stream: BinaryIO, header: Header, offset: int) -> int:
    """Find where a directory says where the next one is.

    Args:
        stream: what it lies in.
        header: of the stream.
        offset: where the directory lies.

    Returns:
        The place of the pointer.
    """
    stream.seek(offset)
    if header.big:
        return offset + 8 + 20 * int(struct.unpack(f"{header.order}Q", stream.read(8))[0])
    return offset + 2 + 12 * int(struct.unpack(f"{header.order}H", stream.read(2))[0])


def write_directory(
    entries: Iterable[Entry],
    offset: int,
    *,
    big: bool = False,
    children: Mapping[int, Iterable[Entry]] | None = None,
) -> bytes:
    """Write a directory and what it points to.

    Args:
        entries: in any order; those that point to directories belong into ``children``.
        offset: where the bytes will lie.
        big: as BigTIFF has it.
        children: entries of directories that it points to, by the tag that does.

    Returns:
        Little-endian bytes: the directory, its long values, then its children.
    """
    children = {tag: list(inner) for tag, inner in (children or {}).items()}
    pointers = [Entry(tag, LONG8 if big else LONG, 1, bytes(8 if big else 4)) for tag in children]
    ordered = sorted([*entries, *pointers], key=lambda entry: entry.tag)
    inline, pointer = (8, "<Q") if big else (4, "<L")
    fixed = (8 + 20 * len(ordered) + 8) if big else (2 + 12 * len(ordered) + 4)
    after = bytearray()
    rows = bytearray(struct.pack("<Q" if big else "<H", len(ordered)))
    for entry in ordered:
        value = entry.value
        if entry.tag in children:
            after += bytes(len(after) % 2)
            place = offset + fixed + len(after)
            after += write_directory(children[entry.tag], place, big=big)
            value = struct.pack(pointer, place)
        rows += struct.pack("<HHQ" if big else "<HHL", entry.tag, entry.type, entry.count)
        if len(value) <= inline:
            rows += value.ljust(inline, b"\0")
            continue
        after += bytes(len(after) % 2)
        rows += struct.pack(pointer, offset + fixed + len(after))
        after += value
    return bytes(rows + bytes(inline) + after)


def _read_entry(stream: BinaryIO, header: Header, row: bytes, place: int) -> Entry | None:
    order, big = header.order, header.big
    tag, kind, count = struct.unpack(
        f"{order}HHQ" if big else f"{order}HHL", row[: 12 if big else 8]
    )
    size = _SIZES.get(kind, 0) * count
    if not size or size > _LARGEST_VALUE:
        return None
    inline = row[12:] if big else row[8:]
    if size <= len(inline):
        value, value_place = inline[:size], place + (12 if big else 8)
    else:
        value_place = struct.unpack(f"{order}Q" if big else f"{order}L", inline)[0]
        stream.seek(value_place)
        value = stream.read(size)
        if len(value) < size:
            return None
    width = _SWAPPED[kind]
    if order == ">" and width > 1:
        value = np.frombuffer(value, f"u{width}").byteswap().tobytes()
    return Entry(tag, kind, count, value, value_place)
