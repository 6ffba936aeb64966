"""The result: fused luma comes region by region, a picture goes out."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gifnet.engine import Region
from gifnet.errors import CheckpointError
from gifnet.imaging.arrays import FloatArray, Picture, from_float
from gifnet.imaging.colour import ycbcr_to_rgb
from gifnet.imaging.detail import AS_TRAINED, MARGIN, change_detail
from gifnet.imaging.stretch import Stretch, find_stretch
from gifnet.inference.knobs import Knobs, LumaRange
from gifnet.inference.sources import Slices

LumaOf = Callable[[Slices], FloatArray]
"""The luma (rows, columns) of a source in a region."""

ChromaOf = Callable[[Slices, FloatArray], FloatArray | None]
"""The chroma (rows, columns, 2) of the result in a region whose fused luma is given; None if it is
grey."""

# Pixels that are finished in one go.
_STRIP = 2**19


class Result:
    """A fused picture in the making.

    Where each pixel of it depends on the same pixel of the sources and of the fused luma only, it
    is made as the luma comes; else the luma is kept first.

    Args:
        lumas: of what was fused, which detail is measured by; of a picture that was fused with
            itself, one.
        chroma: of the result.
        shape: (H, W) or (H, W, 3), of the result.
        dtype: of the result.
        knobs: its look, with detail set.
        chroma_waits: whether its chroma is known only when all luma has come.
    """

    def __init__(
        self,
        lumas: Sequence[LumaOf],
        chroma: ChromaOf,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        knobs: Knobs,
        *,
        chroma_waits: bool = False,
    ) -> None:
        self._lumas = lumas
        self._chroma = chroma
        self._detail = AS_TRAINED if knobs.detail is None else knobs.detail
        self._full = knobs.luma_range is LumaRange.FULL
        self._size = shape[:2]
        # Written to, so that the budget of memory counts them.
        self._picture: Picture = np.full(shape, 0, dtype)
        later = chroma_waits or self._detail != AS_TRAINED or self._full
        self._luma = np.full(self._size, 0, np.float32) if later else None

    def write(self, region: Region, luma: FloatArray) -> None:
        """Take the fused luma of a region.

        Args:
            region: of the picture; each pixel comes once.
            luma: (rows, columns).

        Raises:
            CheckpointError: some of it is not finite.
        """
        require_finite(luma)
        luma = np.clip(luma, 0.0, 1.0)
        if self._luma is None:
            self._merge(region, luma, luma, Stretch())
        else:
            self._luma[region.slices] = luma

    def luma(self, region: Slices) -> FloatArray:
        """Give what the network gave, where it was kept: ``chroma_waits``.

        Args:
            region: rows and columns.

        Returns:
            (rows, columns) in [0, 1].
        """
        assert self._luma is not None, "luma is kept for chroma that waits"
        return self._luma[region]

    def finished(self) -> Picture:
        """The picture, once all luma has come."""
        if self._luma is not None:
            stretch = find_stretch(self._strips(self._luma)) if self._full else Stretch()
            for region, luma in self._regions(self._luma):
                self._merge(region, self._luma[region.slices], luma, stretch)
        return self._picture

    def _strips(self, luma: FloatArray) -> Iterator[FloatArray]:
        return (strip for _, strip in self._regions(luma))

    def _regions(self, luma: FloatArray) -> Iterator[tuple[Region, FloatArray]]:
        """Strips of the picture and their luma, with the detail that is wished for."""
        height, width = self._size
        rows = max(_STRIP // max(width, 1), 2 * MARGIN)
        for top in range(0, height, rows):
            region = Region(top, 0, min(top + rows, height), width)
            around = region.grown(MARGIN).clipped(height, width)
            if self._detail == AS_TRAINED:
                yield region, luma[region.slices]
                continue
            sources = [luma_of(around.slices) for luma_of in self._lumas]
            changed = change_detail(luma[around.slices], sources, self._detail)
            yield region, changed[region.within(around).slices]

    def _merge(self, region: Region, fused: FloatArray, luma: FloatArray, stretch: Stretch) -> None:
        """Make a region of the network's luma, which decides the colour, and the one to show."""
        chroma = self._chroma(region.slices, fused)
        if not stretch.is_none:
            luma = stretch.luma(luma)
            chroma = None if chroma is None else stretch.chroma(chroma)
        if chroma is not None:
            values = ycbcr_to_rgb(luma, chroma)
        elif self._picture.ndim == 3:
            values = np.stack([luma] * 3, axis=-1)
        else:
            values = luma
        self._picture[region.slices] = from_float(values, self._picture.dtype)


def require_finite(luma: FloatArray) -> None:
    """Refuse what damaged weights give.

    Args:
        luma: of any shape.

    Raises:
        CheckpointError: some of it is NaN or infinite.
    """
    if not np.isfinite(luma).all():
        raise CheckpointError(
            "expected finite numbers from the network, got NaN or infinity; its weights are "
            "damaged: take others"
        )
