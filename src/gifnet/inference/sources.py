"""A source picture on its way into the network, region by region."""

import numpy as np

from gifnet.imaging.arrays import FloatArray, Picture, convert, require_picture
from gifnet.imaging.colour import is_coloured, rgb_to_ycbcr
from gifnet.inference.source_order import SourceLook

Slices = tuple[slice, slice]

# Pixels that are looked at in one go.
_STRIP = 2**20


class Source:
    """A checked picture, whose luma and chroma are made where and when they are asked for.

    So a large picture is never held in floats.

    Args:
        picture: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1].
        name: what error messages call it.

    Raises:
        ImageValueError: the dtype, the shape or a value is none of those.
    """

    def __init__(self, picture: Picture, *, name: str) -> None:
        require_picture(picture, name=name)
        self._picture = picture
        self.look = self._look()

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the picture: height and width, and 3 if it has channels."""
        return self._picture.shape

    def luma(self, region: Slices) -> FloatArray:
        """The luma of a region, (rows, columns) in [0, 1]."""
        values = convert(self._picture[region])
        return values if values.ndim == 2 else rgb_to_ycbcr(values)[0]

    def chroma(self, region: Slices) -> FloatArray | None:
        """The chroma of a region, (rows, columns, 2), or None if the picture has no colour."""
        if not self.look.coloured:
            return None
        return rgb_to_ycbcr(convert(self._picture[region]))[1]

    def _look(self) -> SourceLook:
        height, width = self.shape[:2]
        step = max(_STRIP // max(width, 1), 1)
        total, coloured = 0.0, False
        for top in range(0, height, step):
            values = convert(self._picture[top : top + step])
            if values.ndim == 3:
                values, chroma = rgb_to_ycbcr(values)
                coloured = coloured or is_coloured(chroma)
            total += float(values.sum(dtype=np.float64))
        return SourceLook(coloured=coloured, brightness=total / max(height * width, 1))
