"""TIFF files of every depth, with EXIF, which tifffile alone does not write."""

import struct
from pathlib import Path
from typing import BinaryIO

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.directories import (
    BYTE,
    DamagedDirectoryError,
    Entry,
    read_directory,
    read_header,
    write_directory,
)
from gifnet.imaging.metadata.exif import DESCRIBING_TAGS, children_of, read_exif, text_entry
from gifnet.imaging.metadata.metadata import NODATA_TAG, Metadata
from gifnet.imaging.writing.png import with_alpha_band

_LARGEST_CLASSIC = 3 * 2**30
"""Bytes of pixels, above which BigTIFF is written: TIFF ends at 4 GiB, and not all compresses."""
_STRIP_BYTES = 2**18
_FLOAT_PREDICTOR, _WHOLE_PREDICTOR = 3, 2
_XMP_TAG, _IPTC_TAG = 700, 33723


def write_tiff(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write a TIFF file in strips, losslessly compressed by deflate with a predictor.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), uint8, uint16 or float32.
        alpha: (H, W), of the same dtype, or None.
        metadata: all but the chunks of a PNG file is written.
    """
    from tifffile import TiffWriter

    if alpha is not None:
        pixels = with_alpha_band(pixels, alpha)
    is_colour = pixels.ndim == 3 and pixels.shape[2] >= 3
    big = pixels.nbytes > _LARGEST_CLASSIC
    entries, children = _entries(metadata)
    tags = [(entry.tag, entry.type, entry.count, entry.value, True) for entry in entries]
    with TiffWriter(path, bigtiff=big, byteorder="<") as writer:
        writer.write(
            pixels,
            photometric="rgb" if is_colour else "minisblack",
            planarconfig="contig" if pixels.ndim == 3 else None,
            extrasamples=None if alpha is None else ["unassalpha"],
            compression="adobe_deflate",
            predictor=_FLOAT_PREDICTOR if pixels.dtype.kind == "f" else _WHOLE_PREDICTOR,
            rowsperstrip=max(_STRIP_BYTES // max(pixels[:1].nbytes, 1), 1),
            iccprofile=metadata.icc,
            resolution=metadata.dpi or (1.0, 1.0),
            resolutionunit="inch" if metadata.dpi else "none",
            metadata=None,
            software=False,
            extratags=tags,
        )
    if children:
        with path.open("r+b") as stream:
            _append_directories(stream, children)


def _entries(metadata: Metadata) -> tuple[list[Entry], dict[int, list[Entry]]]:
    """Entries of the first directory, and those of the directories of EXIF and GPS."""
    entries = list(metadata.geo)
    children: dict[int, list[Entry]] = {}
    if metadata.exif is not None:
        try:
            first, below = read_exif(metadata.exif)
        except (DamagedDirectoryError, OSError, ValueError):
            first, below = {}, {}
        entries += [entry for tag, entry in first.items() if tag in DESCRIBING_TAGS]
        children = children_of(below)
    if metadata.xmp is not None:
        entries.append(Entry(_XMP_TAG, BYTE, len(metadata.xmp), metadata.xmp))
    if metadata.iptc is not None:
        entries.append(Entry(_IPTC_TAG, BYTE, len(metadata.iptc), metadata.iptc))
    if metadata.nodata is not None:
        entries.append(text_entry(NODATA_TAG, _number(metadata.nodata)))
    return entries, children


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _append_directories(stream: BinaryIO, children: dict[int, list[Entry]]) -> None:
    """Write the first directory anew behind the pixels, with others below it."""
    header = read_header(stream)
    first = read_directory(stream, header, header.first)
    place = stream.seek(0, 2)
    if place % 2:
        place += stream.write(b"\0")
    stream.write(write_directory(first.values(), place, big=header.big, children=children))
    stream.seek(8 if header.big else 4)
    stream.write(struct.pack("<Q" if header.big else "<L", place))
