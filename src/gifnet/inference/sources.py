"""A source picture on its way into the network, region by region."""

from collections.abc import Sequence

import numpy as np

from gifnet.errors import ImageValueError
from gifnet.imaging.arrays import FloatArray, Picture, convert, require_picture
from gifnet.imaging.chroma_rules import ChromaRule, Colour, combine_chroma
from gifnet.imaging.colour import is_coloured, rgb_to_ycbcr
from gifnet.imaging.luts import Lut, look_up
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
        lut: shows it in these colours; for grey pictures only.

    Attributes:
        look: what its pixels say, in these colours.

    Raises:
        ImageValueError: the dtype, the shape or a value is none of those, or a picture with colour
            is to be shown in others.
    """

    def __init__(self, picture: Picture, *, name: str, lut: Lut | None = None) -> None:
        require_picture(picture, name=name)
        self._picture = picture
        self._lut: Lut | None = None
        self.look = self._look()
        if lut is not None:
            if self.look.coloured:
                raise ImageValueError(
                    f"{name}: expected a grey picture to show in the colours of {str(lut)!r}, got "
                    "one with colour; name the grey source, or leave the colour table out"
                )
            self._lut = lut
            self.look = self._look()

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the picture as it is shown: height and width, and 3 if it has channels."""
        return self._picture.shape if self._lut is None else (*self._picture.shape[:2], 3)

    def luma(self, region: Slices) -> FloatArray:
        """The luma of a region, (rows, columns) in [0, 1]."""
        values = self._values(region)
        return values if values.ndim == 2 else rgb_to_ycbcr(values)[0]

    def chroma(self, region: Slices) -> FloatArray | None:
        """The chroma of a region, (rows, columns, 2), or None if the picture has no colour."""
        return self.colour(region).chroma if self.look.coloured else None

    def colour(self, region: Slices) -> Colour:
        """Both of a region of a picture with three channels."""
        return Colour(*rgb_to_ycbcr(self._values(region)))

    def _values(self, region: Slices) -> FloatArray:
        values = convert(self._picture[region])
        if self._lut is None:
            return values
        return look_up(self._lut, values if values.ndim == 2 else rgb_to_ycbcr(values)[0])

    def _look(self) -> SourceLook:
        height, width = self.shape[:2]
        step = max(_STRIP // max(width, 1), 1)
        total, colour, coloured = 0.0, 0.0, False
        for top in range(0, height, step):
            values = self._values((slice(top, top + step), slice(None)))
            if values.ndim == 3:
                values, chroma = rgb_to_ycbcr(values)
                coloured = coloured or is_coloured(chroma)
                colour += float(np.abs(chroma).sum(dtype=np.float64)) / 2
            total += float(values.sum(dtype=np.float64))
        pixels = max(height * width, 1)
        return SourceLook(coloured=coloured, brightness=total / pixels, colour=colour / pixels)


def chroma_of(
    sources: Sequence[Source], rule: ChromaRule, region: Slices, fused: FloatArray
) -> FloatArray | None:
    """Make one chroma of all sources in a region.

    Args:
        sources: of one size.
        rule: how.
        region: rows and columns.
        fused: (rows, columns), the fused luma there.

    Returns:
        (rows, columns, 2), or None if no source has colour.
    """
    colours = [source.colour(region) for source in sources if source.look.coloured]
    return combine_chroma(rule, colours, fused) if colours else None
