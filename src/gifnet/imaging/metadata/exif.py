"""EXIF as bytes: what it says of the orientation, and what has to change when pixels do.

Bytes of EXIF are changed in place wherever that is possible: makers' own notes point to places
within them, and would be spoilt by writing all of it anew.
"""

import logging
import struct
from io import BytesIO
from typing import BinaryIO

from gifnet.imaging.metadata.directories import (
    ASCII,
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    INTEROPERABILITY_DIRECTORY,
    LONG,
    RATIONAL,
    SHORT,
    SUBDIRECTORIES,
    DamagedDirectoryError,
    Entry,
    Header,
    next_directory_place,
    read_directory,
    read_header,
    write_directory,
)

logger = logging.getLogger(__name__)

Directory = dict[int, Entry]

ORIENTATION = 274
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
_PIXEL_WIDTH, _PIXEL_HEIGHT = 40962, 40963
_THUMBNAIL_PLACE, _THUMBNAIL_LENGTH = 513, 514
_PREFIX = b"Exif\0\0"

DESCRIBING_TAGS = frozenset(
    {269, 270, 271, 272, 285, 305, 306, 315, 316, 18246, 18249, 33432} | set(range(40091, 40096))
)
"""Tags of a TIFF file's first directory that describe the picture and not how it is stored."""


def without_prefix(exif: bytes | None) -> bytes | None:
    """Take off what JPEG puts before EXIF; None if nothing is left.

    Args:
        exif: bytes of EXIF, with or without ``Exif`` before them.

    Returns:
        Bytes that begin with a TIFF header.
    """
    if exif and exif.startswith(_PREFIX):
        exif = exif[len(_PREFIX) :]
    return exif or None


def read_exif(exif: bytes) -> tuple[Directory, dict[int, Directory]]:
    """Read the directories of EXIF.

    Args:
        exif: begins with a TIFF header.

    Returns:
        The first directory, and those of EXIF, GPS and interoperability, by tag, if there are.

    Raises:
        DamagedDirectoryError: it is damaged.
    """
    stream = BytesIO(exif)
    header = read_header(stream)
    return read_tree(stream, header, header.first)


def read_tree(
    stream: BinaryIO, header: Header, offset: int
) -> tuple[Directory, dict[int, Directory]]:
    """Read a directory and those of EXIF, GPS and interoperability below it.

    Args:
        stream: what they lie in.
        header: of the stream.
        offset: where the directory lies.

    Returns:
        The directory, and the others by the tag that points to them.

    Raises:
        DamagedDirectoryError: the directory is damaged. Damaged ones below it are left out.
    """
    first = read_directory(stream, header, offset)
    below: dict[int, Directory] = {}
    pointers = {tag: first[tag] for tag in SUBDIRECTORIES if tag in first}
    for tag in SUBDIRECTORIES:
        numbers = pointers[tag].numbers() if tag in pointers else ()
        if not numbers:
            continue
        try:
            below[tag] = read_directory(stream, header, int(numbers[0]))
        except (DamagedDirectoryError, OSError, ValueError, OverflowError):
            logger.debug("directory %d of the metadata is damaged", tag)
            continue
        if tag == EXIF_DIRECTORY and INTEROPERABILITY_DIRECTORY in below[tag]:
            pointers[INTEROPERABILITY_DIRECTORY] = below[tag][INTEROPERABILITY_DIRECTORY]
    return first, below


def make_exif(first: Directory, below: dict[int, Directory]) -> bytes | None:
    """Make bytes of EXIF.

    Args:
        first: entries of the first directory.
        below: those of the directories of EXIF and GPS.

    Returns:
        They begin with a TIFF header; None if there is nothing to say.
    """
    below = {tag: inner for tag, inner in below.items() if inner}
    if not first and not below:
        return None
    entries = [entry for tag, entry in first.items() if tag not in SUBDIRECTORIES]
    body = write_directory(entries, 8, children=children_of(below))
    return b"II*\0\x08\0\0\0" + body


def children_of(below: dict[int, Directory]) -> dict[int, list[Entry]]:
    """The directories of EXIF and GPS, ready to be written.

    The interoperability directory, which says nothing but a version, is left out.

    Args:
        below: directories by the tag that points to them.

    Returns:
        Their entries by the same tag.
    """
    return {
        tag: [entry for entry in below[tag].values() if entry.tag not in SUBDIRECTORIES]
        for tag in (EXIF_DIRECTORY, GPS_DIRECTORY)
        if below.get(tag)
    }


def orientation_of(exif: bytes | None) -> int | None:
    """Say how a picture is to be turned.

    Args:
        exif: bytes that begin with a TIFF header, or None.

    Returns:
        1 to 8 as the EXIF standard has it; None if it does not say.
    """
    if exif is None:
        return None
    try:
        first, _ = read_exif(exif)
    except (DamagedDirectoryError, OSError, ValueError, OverflowError):
        return None
    return orientation_in(first)


def orientation_in(first: Directory) -> int | None:
    """Say how a picture is to be turned, by the first directory of its file."""
    numbers = first[ORIENTATION].numbers() if ORIENTATION in first else ()
    return int(numbers[0]) if numbers and 1 <= numbers[0] <= 8 else None


def settle_exif(exif: bytes, *, width: int, height: int) -> bytes | None:
    """Make EXIF true for upright pixels: orientation 1, the new size, no thumbnail.

    Args:
        exif: begins with a TIFF header.
        width: of the picture, in pixels.
        height: likewise.

    Returns:
        Of the same length, or shorter by the thumbnail; None if it is damaged.
    """
    stream = BytesIO(exif)
    try:
        header = read_header(stream)
        first, below = read_tree(stream, header, header.first)
        pointer = next_directory_place(stream, header, header.first)
        changed = bytearray(exif)
        if ORIENTATION in first and first[ORIENTATION].type == SHORT:
            struct.pack_into(f"{header.order}H", changed, first[ORIENTATION].place, 1)
        for tag, size in ((_PIXEL_WIDTH, width), (_PIXEL_HEIGHT, height)):
            entry = below.get(EXIF_DIRECTORY, {}).get(tag)
            if entry is not None and (entry.type == LONG or (entry.type == SHORT and size < 65536)):
                code = "H" if entry.type == SHORT else "L"
                struct.pack_into(f"{header.order}{code}", changed, entry.place, size)
        _drop_thumbnail(changed, header, pointer)
    except (DamagedDirectoryError, OSError, ValueError, OverflowError, struct.error):
        return None
    return bytes(changed)


def with_dpi(exif: bytes | None, dpi: tuple[float, float]) -> bytes:
    """Say the resolution in EXIF, for formats that have no other place for it.

    Args:
        exif: begins with a TIFF header, or None.
        dpi: pixels an inch, across and down.

    Returns:
        EXIF with it. What was there stays where it was: a new first directory is put behind it.
    """
    told = {
        X_RESOLUTION: Entry(X_RESOLUTION, RATIONAL, 1, rational(dpi[0])),
        Y_RESOLUTION: Entry(Y_RESOLUTION, RATIONAL, 1, rational(dpi[1])),
        RESOLUTION_UNIT: Entry(RESOLUTION_UNIT, SHORT, 1, struct.pack("<H", 2)),
    }
    if exif is None:
        return make_exif(told, {}) or b""
    first, below = read_exif(exif)
    if X_RESOLUTION in first:
        return exif
    if not exif.startswith(b"II"):
        return make_exif({**first, **told}, below) or b""
    start = exif + bytes(len(exif) % 2)
    entries = {**first, **told}.values()
    return (
        start[:4] + struct.pack("<L", len(start)) + start[8:] + write_directory(entries, len(start))
    )


def rational(value: float) -> bytes:
    """Write a positive number as a little-endian rational."""
    denominator = 1 if float(value).is_integer() else 10_000
    return struct.pack("<LL", round(value * denominator), denominator)


def text_entry(tag: int, text: str) -> Entry:
    """Make an entry of text."""
    value = text.encode("utf-8") + b"\0"
    return Entry(tag, ASCII, len(value), value)


def _drop_thumbnail(changed: bytearray, header: Header, pointer: int) -> None:
    """Forget the second directory, which is the thumbnail's, and wipe its pixels."""
    code = f"{header.order}L"
    if pointer + 4 > len(changed):
        return
    place = struct.unpack_from(code, changed, pointer)[0]
    struct.pack_into(code, changed, pointer, 0)
    if not 0 < place < len(changed):
        return
    second = read_directory(BytesIO(bytes(changed)), header, place)
    if _THUMBNAIL_PLACE not in second or _THUMBNAIL_LENGTH not in second:
        return
    start = int(second[_THUMBNAIL_PLACE].numbers()[0])
    end = start + int(second[_THUMBNAIL_LENGTH].numbers()[0])
    if 8 < start < end <= len(changed):
        if end >= len(changed) - 1:
            del changed[start:]
        else:
            changed[start:end] = bytes(end - start)
