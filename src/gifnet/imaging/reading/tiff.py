"""TIFF files of all kinds, read by tifffile and imagecodecs."""

import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.metadata.directories import Entry, read_header
from gifnet.imaging.metadata.exif import (
    DESCRIBING_TAGS,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
    Directory,
    make_exif,
    orientation_in,
    read_tree,
)
from gifnet.imaging.metadata.metadata import GEO_TAGS, NODATA_TAG, Metadata
from gifnet.imaging.metadata.xmp import xmp_orientation
from gifnet.imaging.reading.decoded import (
    Decoded,
    RefusedError,
    refuse_frames,
    require_few_pixels,
)
from gifnet.imaging.reading.eight_bit import read_eight_bit, valid_dpi
from gifnet.imaging.reading.tiff_samples import Samples, split_samples

if TYPE_CHECKING:
    from tifffile import TiffPage


SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
XMP_TAG, ICC_TAG, IPTC_TAG = 700, 34675, 33723
_DESCRIPTION, _DNG_VERSION = 270, 50706
_REDUCED, _MASK = 1, 4
_YCBCR = 6
_JPEG_COMPRESSIONS = {6, 7}
_UNITS = {2: 1.0, 3: 2.54}


def read_tiff(stream: BinaryIO) -> Decoded:
    """Read a TIFF or BigTIFF file of one picture.

    Smaller copies of it (overviews) are passed over; a mask beside it becomes its alpha channel.

    Args:
        stream: the file, at its beginning.

    Returns:
        The picture, of uint8, uint16 or float32.

    Raises:
        RefusedError: it is too large, of several pages, or of a kind that is not read.
        Exception: nearly any other, if the file is damaged.
    """
    from tifffile import TiffFile

    with _quiet(), TiffFile(stream) as file:
        page, mask = _pages(file)
        _require_readable(page)
        directory, below = _directories(stream, page.offset)
        nodata = _nodata(directory)
        _require_complete(page, stream, sparse=nodata is not None)
        if page.photometric == _YCBCR and page.compression not in _JPEG_COMPRESSIONS:
            # Subsampled chroma without JPEG, which tifffile does not read.
            stream.seek(0)
            decoded = read_eight_bit(stream, ["TIFF"])
            samples = Samples(decoded.pixels, decoded.alpha, "8-bit")
            orientation = 1  # Pillow has turned it
        else:
            samples = split_samples(page, page.asarray(squeeze=False))
            xmp = directory[XMP_TAG].value if XMP_TAG in directory else None
            orientation = orientation_in(directory) or xmp_orientation(xmp) or 1
        alpha = samples.alpha
        if mask is not None and alpha is None:
            alpha = _as_alpha(mask.asarray(), samples.pixels)
    return Decoded(
        samples.pixels,
        alpha,
        "TIFF",
        orientation,
        _metadata(directory, below, nodata),
        samples.description,
        samples.lost,
    )


def _pages(file: Any) -> tuple["TiffPage", "TiffPage | None"]:
    """The page of the picture, and that of its mask if there is one."""
    pages = [file.pages.get(number) for number in range(len(file.pages))]
    if not pages:
        raise ValueError("no pages")
    masks = [page for page in pages if page.subfiletype & _MASK and not page.subfiletype & _REDUCED]
    whole = [page for page in pages if not page.subfiletype & (_MASK | _REDUCED)]
    if len(whole) > 1:
        raise refuse_frames(len(whole))
    if not whole or _DNG_VERSION in whole[0].tags:
        raise RefusedError(
            "expected a developed picture, got a camera's raw file; develop it and export it as a "
            "16-bit TIFF"
        )
    return whole[0], masks[0] if masks else None


def _require_readable(page: "TiffPage") -> None:
    require_few_pixels(page.imagewidth, page.imagelength * page.imagedepth)
    if 0 in (page.imagewidth, page.imagelength):
        raise ValueError("no pixels")
    if page.imagedepth > 1:
        raise refuse_frames(page.imagedepth)
    if page.is_tiled:
        # A tile may be a little larger than its picture, but not so large as to fill the memory.
        require_few_pixels(page.tilewidth, page.tilelength)
    if page.samplesperpixel > 64:
        raise RefusedError(
            f"expected grey or RGB, got {page.samplesperpixel} bands; export one or three of them"
        )


def _require_complete(page: "TiffPage", stream: BinaryIO, *, sparse: bool) -> None:
    """Refuse files that lack pixels: some decoders would make them up."""
    stream.seek(0, 2)
    length = stream.tell()
    places = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    tile = page.is_tiled
    rows = page.tilelength if tile else page.rowsperstrip
    columns = page.tilewidth if tile else page.imagewidth
    down = math.ceil(page.imagelength / max(rows, 1))
    across = math.ceil(page.imagewidth / max(columns, 1))
    if len(places) < down * across * page.shaped[0]:
        raise ValueError("strips or tiles are missing")
    for offset, count in places:
        if not count and sparse:
            continue  # GDAL leaves out what holds no data
        if not count or offset + count > length:
            raise ValueError("strips or tiles lie outside the file")


def _directories(stream: BinaryIO, offset: int) -> tuple[Directory, dict[int, Directory]]:
    header = read_header(stream)
    return read_tree(stream, header, offset)


def _metadata(directory: Directory, below: dict[int, Directory], nodata: float | None) -> Metadata:
    describing = {
        tag: entry
        for tag, entry in directory.items()
        if tag in DESCRIBING_TAGS and not _is_bookkeeping(entry)
    }
    return Metadata(
        exif=make_exif(describing, below),
        xmp=directory[XMP_TAG].value if XMP_TAG in directory else None,
        icc=directory[ICC_TAG].value if ICC_TAG in directory else None,
        iptc=_iptc(directory),
        dpi=_dpi(directory),
        geo=tuple(directory[tag] for tag in sorted(GEO_TAGS & set(directory))),
        nodata=nodata,
    )


def _iptc(directory: Directory) -> bytes | None:
    if IPTC_TAG not in directory:
        return None
    value = directory[IPTC_TAG].value
    if not value.startswith(b"\x1c") and len(value) % 4 == 0:
        # Called numbers of four bytes by old writers, and then swapped as such.
        value = np.frombuffer(value, "<u4").byteswap().tobytes()
    return value if value.startswith(b"\x1c") else None


def _is_bookkeeping(entry: Entry) -> bool:
    """Whether it is what tifffile notes for itself of an array's shape."""
    return entry.tag == _DESCRIPTION and entry.value.startswith(b'{"shape":')


def _dpi(directory: Directory) -> tuple[float, float] | None:
    if X_RESOLUTION not in directory or Y_RESOLUTION not in directory:
        return None
    unit = directory[RESOLUTION_UNIT].numbers() if RESOLUTION_UNIT in directory else (2,)
    factor = _UNITS.get(int(unit[0]) if unit else 2)
    numbers = [directory[tag].numbers()[:1] for tag in (X_RESOLUTION, Y_RESOLUTION)]
    if factor is None or not all(numbers):
        return None
    return valid_dpi(number[0] * factor for number in numbers)


def _nodata(directory: Directory) -> float | None:
    if NODATA_TAG not in directory:
        return None
    try:
        return float(directory[NODATA_TAG].text().strip())
    except ValueError:
        return None


def _as_alpha(mask: NDArray[Any], pixels: NDArray[Any]) -> NDArray[Any] | None:
    if mask.shape != pixels.shape[:2]:
        return None
    opaque = 1.0 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    alpha: NDArray[Any] = np.where(mask != 0, opaque, 0).astype(pixels.dtype)
    return alpha


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep tifffile from logging what it finds odd: what matters raises."""
    _SILENCE.begin()
    try:
        yield
    finally:
        _SILENCE.end()


class _Silence(logging.Filter):
    """Lets nothing pass while a file is read, by whichever thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._readers = 0

    def begin(self) -> None:
        with self._lock:
            self._readers += 1
            logging.getLogger("tifffile").addFilter(self)

    def end(self) -> None:
        with self._lock:
            self._readers -= 1
            if not self._readers:
                logging.getLogger("tifffile").removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - its signature
        return False


_SILENCE = _Silence()
