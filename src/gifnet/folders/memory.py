"""How many workers fit into the memory, and which pictures beside each other."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from gifnet.engine.memory import free_memory

_MEBIBYTE = 2**20
# What a worker needs for a small picture, and the most that tiles are given (engine/memory.py).
_LEAST = 480 * _MEBIBYTE
_MOST = 1300 * _MEBIBYTE
_PER_PIXEL = 1_100
_LIBRARIES = 150 * _MEBIBYTE
# Of what is free, as others need some too.
_SHARE = 0.8
# Sources as stored and as computed with, result and its encoding: bytes a pixel. Peaks that were
# measured (8-bit colour, 0.08 to 3.8 megapixels) are 0.6 to 0.9 of the whole estimate.
_EACH_SOURCE = 20
_RESULT = 40
# Of files whose size in pixels is not read, OpenEXR above all.
_BYTES_A_PIXEL = 4


@dataclass(frozen=True)
class MemoryShare:
    """What workers may take.

    Attributes:
        workers: how many.
        each: bytes for the tiles of one, or None for what pictures need.
        limit: bytes for all together.
    """

    workers: int
    each: float | None
    limit: float

    def cost(self, sources: Sequence[Path]) -> float:
        """Estimate what fusing takes, in bytes of a worker's memory.

        Args:
            sources: the files; only their beginnings are read.
        """
        pixels = max(_pixels(source) for source in sources)
        tiles = min(max(_LIBRARIES + _PER_PIXEL * pixels, _LEAST), self.each or _MOST)
        return tiles + pixels * (_EACH_SOURCE * len(sources) + _RESULT)


def share_memory(workers: int, max_memory: float | None) -> MemoryShare:
    """Share the memory among workers.

    Args:
        workers: how many there shall be at most.
        max_memory: bytes for all together; most of what is free if None.

    Returns:
        The shares: of fewer workers where there is not enough for so many, but of at least one.
    """
    limit = max_memory or _SHARE * free_memory()
    fitting = max(1, min(workers, int(limit // _LEAST)))
    each = limit / fitting if max_memory or limit < fitting * _MOST else None
    return MemoryShare(fitting, each, limit)


@lru_cache(maxsize=256)
def _pixels(file: Path) -> int:
    """Read from a file's beginning how many pixels it has; guess where it does not tell."""
    for read_size in (_size_by_pillow, _size_of_tiff):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                width, height = read_size(file)
        except Exception:
            continue
        return width * height
    try:
        return file.stat().st_size // _BYTES_A_PIXEL
    except OSError:
        return 0


def _size_by_pillow(file: Path) -> tuple[int, int]:
    with Image.open(file) as picture:
        return picture.size


def _size_of_tiff(file: Path) -> tuple[int, int]:
    """The size of a TIFF of a kind that Pillow does not know, such as float RGB."""
    if file.suffix.lower() not in {".tif", ".tiff"}:
        raise ValueError(file)
    import tifffile

    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages.first
        return page.imagewidth, page.imagelength
