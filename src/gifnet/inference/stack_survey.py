"""Sources of a stack, looked at one after the other, and read again whenever they are asked for.

The same is made of them as ``prepare`` makes of sources that are held together; of them all only
sums, masks and one set of metadata are kept, so that memory does not grow with their number.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageFileError
from gifnet.imaging.alpha import fuse_alpha
from gifnet.imaging.arrays import (
    Picture,
    describe_size,
    require_minimum_size,
    require_same_size,
    widest_dtype,
)
from gifnet.imaging.files import read_image
from gifnet.imaging.image import Image
from gifnet.imaging.metadata.icc import colour_space
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.shown_sums import ShownSums
from gifnet.imaging.value_range import ValueRange, known_extent, range_of
from gifnet.inference.prepare import (
    Prepared,
    choose_leading,
    choose_reference,
    has_colour,
    hidden_in,
    in_profile,
    in_unit_range,
    metadata_of,
)
from gifnet.inference.said_once import nothing_said_again
from gifnet.model.config import MINIMUM_SIZE


class StackFiles(Sequence[Picture]):
    """Pictures of files as the network takes them: read when asked for, and not kept.

    Args:
        paths: the files.
        shape: height and width of all of them.
        leading: a source without its pixels, whose colour profile the others get.

    Attributes:
        value_range: that of all float sources.
        sums: what they show, where one does not show everything.
    """

    def __init__(self, paths: Sequence[Path], shape: tuple[int, ...], leading: Image) -> None:
        self._paths = paths
        self._shape = shape
        self._leading = leading
        self._converted: set[int] = set()
        self.value_range = ValueRange()
        self.sums: ShownSums | None = None

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> Picture:  # type: ignore[override]  # no slices
        picture, source = self.read(number)
        if self.sums is None:
            return picture
        return self.sums.fill(picture, source.alpha, source.nodata)

    def read(self, number: int) -> tuple[Picture, Image]:
        """Read a file again: its picture with hidden pixels as they are, and all of it.

        Args:
            number: its place, from 0 on.

        Returns:
            The picture in the common profile and range, and what was read.

        Raises:
            ImageFileError: the file is gone, damaged or of another size by now.
        """
        with nothing_said_again():
            source = read_image(self._paths[number])
        if source.pixels.shape[:2] != self._shape:
            raise ImageFileError(
                f"{source.path}: expected the file that was looked at before, of "
                f"{describe_size(self._shape)} pixels, got one of "
                f"{describe_size(source.pixels.shape)}; leave sources alone until they are fused"
            )
        with nothing_said_again() if number in self._converted else nullcontext():
            picture = in_profile(source, self._leading)
        self._converted.add(number)
        return in_unit_range(picture, source.nodata, self.value_range), source


def survey(
    paths: Sequence[Path],
    *,
    reference: int | None = None,
    advance: Callable[[float], None] = lambda _: None,
) -> Prepared:
    """Look at the files of a stack, one after the other, and make them ready for the network.

    Args:
        paths: the files, at least one.
        reference: as for ``prepare``.
        advance: is told the share of the files that were looked at.

    Returns:
        What ``prepare`` returns; its pictures are read when they are asked for.

    Raises:
        ImageFileError: a file cannot be read; the message names it.
        ImageSizeError: the sizes differ, or are too small.
        SettingError: there is no such source.
    """
    # Before anything is read: with no colour anywhere, a wish is judged by the count alone.
    choose_reference([False] * len(paths), reference)
    looks = _Looks(reference)
    for number, path in enumerate(paths, start=1):
        looks.add(read_image(path))
        advance(number / len(paths))
    return looks.prepared(paths)


class _Looks:
    """What is remembered of all sources."""

    def __init__(self, wish: int | None) -> None:
        self._wish = wish
        # Without pixels, and with metadata only where the result may get them from.
        self._sources: list[Image] = []
        self._profiles: list[bytes] = []
        self._coloured: list[bool] = []
        self._alpha: Picture | None = None
        self._hidden: NDArray[np.bool_] | None = None
        self._any_nodata = False
        self._extents: list[tuple[float, float]] = []

    def add(self, source: Image) -> None:
        """Look at a source."""
        first = self._sources[0] if self._sources else source
        shape = source.pixels.shape
        require_same_size(first.pixels.shape, shape, names=(str(first.path), str(source.path)))
        require_minimum_size(shape, minimum=MINIMUM_SIZE, name=str(source.path))
        coloured = has_colour(source)
        complete = len(self._sources) in {0, self._wish} or (coloured and not any(self._coloured))
        self._alpha = fuse_alpha([self._alpha, source.alpha])
        hidden = hidden_in(source)
        self._hidden = hidden if self._hidden is None else self._hidden & hidden
        self._any_nodata |= source.nodata is not None
        self._profiles.append(sha256(source.metadata.icc or b"").digest())
        self._coloured.append(coloured)
        self._extents.append(_extent(source.pixels, source.nodata))
        self._sources.append(_without_pixels(source, complete=complete))

    def prepared(self, paths: Sequence[Path]) -> Prepared:
        """Put together what the result needs."""
        sources, coloured = self._sources, self._coloured
        reference = choose_reference(coloured, self._wish)
        leading = choose_leading(coloured, reference)
        shape = sources[0].pixels.shape[:2]
        pictures = StackFiles(paths, shape, sources[leading])
        pictures.value_range = self._range(leading, pictures)
        if self._alpha is not None or self._any_nodata:
            channels = any(source.pixels.ndim == 3 for source in sources)
            sums = ShownSums((*shape, 3) if channels else shape)
            for number in range(len(paths)):
                picture, source = pictures.read(number)
                sums.add(picture, source.alpha, source.nodata)
            pictures.sums = sums
        metadata = metadata_of(sources, reference, leading)
        leads_rgb = sources[leading].pixels.ndim == 3 and colour_space(metadata.icc) == "RGB"
        nowhere = self._hidden if self._any_nodata else None
        return Prepared(
            pictures=pictures,
            shape=shape,
            alpha=self._alpha,
            nodata=nowhere if nowhere is not None and nowhere.any() else None,
            value_range=pictures.value_range,
            metadata=metadata,
            coloured=any(coloured),
            keeps_channels=leads_rgb,
            dtype=widest_dtype(*(source.pixels for source in sources)),
            reference=reference,
        )

    def _range(self, leading: int, raw: StackFiles) -> ValueRange:
        """Find the range of all float sources, once they are in the leading one's profile."""
        extents = list(self._extents)
        if self._sources[leading].pixels.ndim == 3:
            for number, source in enumerate(self._sources):
                converted = self._profiles[number] != self._profiles[leading]
                if source.pixels.dtype.kind == "f" and source.pixels.ndim == 3 and converted:
                    picture, read = raw.read(number)
                    extents[number] = _extent(picture, read.nodata)
        lows, highs = zip(*extents, strict=True)
        return range_of(min(lows), max(highs))


def _extent(picture: Picture, nodata: NDArray[np.bool_] | None) -> tuple[float, float]:
    """The least and the largest known value of a float picture; an empty extent for others."""
    if picture.dtype.kind != "f":
        return np.inf, -np.inf
    return known_extent(picture, nodata)  # type: ignore[arg-type]


def _without_pixels(source: Image, *, complete: bool) -> Image:
    """What of a source is remembered; metadata that the result cannot get are left out."""
    metadata = source.metadata
    if not complete:
        metadata = Metadata(geo=metadata.geo, nodata=metadata.nodata)
    pixels: Any = np.broadcast_to(np.zeros_like(source.pixels[:1, :1]), source.pixels.shape)
    return replace(source, pixels=pixels, alpha=None, nodata=None, metadata=metadata)
