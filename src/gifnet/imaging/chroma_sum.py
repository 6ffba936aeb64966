"""One chroma of any number of sources, added up one after the other.

Sums of some numbers a pixel are held, however many sources there are; their order plays no part but
in the last digits.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.colour import ycbcr_to_rgb

Slices = tuple[slice, slice]

# Standard deviation around the middle within which a channel counts as well exposed.
_EXPOSED = 0.2
# Luma that differs from the fused one by so much counts half.
_NEAR = 0.02
# Keeps a weighted mean of badly exposed pixels defined.
_LEAST_WEIGHT = 1e-6
# Luma is not taken as darker than this where something is divided by it.
_DARK = 0.05
# Nowhere is chroma made stronger by more, so that the noise of dark sources stays dark.
_LARGEST_SCALE = 2.0


class Colour(NamedTuple):
    """A source as the rules see it, both float32.

    Attributes:
        luma: (H, W) in [0, 1].
        chroma: (H, W, 2), Cb and Cr in [-0.5, 0.5].
    """

    luma: FloatArray
    chroma: FloatArray


class ChromaSum(Protocol):
    """What is kept of sources of which one chroma becomes; each pixel is by itself."""

    def add(self, region: Slices, source: Colour, fused: FloatArray) -> None:
        """Add a region of a source.

        Args:
            region: rows and columns.
            source: what it has there.
            fused: (rows, columns), the fused luma there, in [0, 1].
        """

    def mean(self, region: Slices, fused: FloatArray) -> FloatArray:
        """Give the chroma of a region.

        Args:
            region: rows and columns.
            fused: (rows, columns), the fused luma there, in [0, 1].

        Returns:
            (rows, columns, 2), Cb and Cr, float32.
        """


class WeightedChroma:
    """The mean of each channel, weighted by a function of it; 0 where all weights are.

    Args:
        height: rows of the pictures.
        width: columns.
        weight: gives the weights of chroma, in its shape.
    """

    def __init__(self, height: int, width: int, weight: Callable[[FloatArray], FloatArray]) -> None:
        self._weight = weight
        self._weighted: FloatArray = np.zeros((height, width, 2), np.float32)
        self._total: FloatArray = np.zeros((height, width, 2), np.float32)

    def add(self, region: Slices, source: Colour, fused: FloatArray) -> None:  # noqa: ARG002
        """Add a region of a source, see ``ChromaSum``."""
        weight = self._weight(source.chroma)
        self._total[region] += weight
        self._weighted[region] += weight * source.chroma

    def mean(self, region: Slices, fused: FloatArray) -> FloatArray:  # noqa: ARG002
        """Give the chroma of a region, see ``ChromaSum``."""
        weighted, total = self._weighted[region], self._total[region]
        mean: FloatArray = np.divide(
            weighted, total, out=np.zeros_like(weighted), where=total > 0.0
        )
        return mean


class TakenChroma:
    """The chroma of one source, as it is.

    Args:
        height: rows of the pictures.
        width: columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self._chroma: FloatArray = np.zeros((height, width, 2), np.float32)

    def add(self, region: Slices, source: Colour, fused: FloatArray) -> None:  # noqa: ARG002
        """Take a region of the source, see ``ChromaSum``."""
        self._chroma[region] = source.chroma

    def mean(self, region: Slices, fused: FloatArray) -> FloatArray:  # noqa: ARG002
        """Give the chroma of a region, see ``ChromaSum``."""
        return self._chroma[region]


class ExposedChroma:
    """The mean by exposure and nearness, half way to the saturation that the sources have.

    Colour at another brightness either keeps its chroma, and looks more saturated when darker, or
    its saturation, and has less chroma then. Against sources of another brightness the one
    measures best, against a truth of the same the other; docs/colour.md has the figures.

    Args:
        height: rows of the pictures.
        width: columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self._total: FloatArray = np.zeros((height, width), np.float32)
        self._luma: FloatArray = np.zeros((height, width), np.float32)
        self._chroma: FloatArray = np.zeros((height, width, 2), np.float32)

    def add(self, region: Slices, source: Colour, fused: FloatArray) -> None:
        """Add a region of a source, see ``ChromaSum``."""
        weight = _weight(source, fused)
        self._total[region] += weight
        # A running mean: sources that are alike give themselves, to the last bit.
        share = weight / self._total[region]
        luma, chroma = self._luma[region], self._chroma[region]
        luma += share * (source.luma - luma)
        chroma += share[..., None] * (source.chroma - chroma)

    def mean(self, region: Slices, fused: FloatArray) -> FloatArray:
        """Give the chroma of a region, see ``ChromaSum``."""
        dark = np.float32(_DARK)
        scale = np.sqrt(np.maximum(fused, dark) / np.maximum(self._luma[region], dark))
        scaled = self._chroma[region] * np.minimum(scale, np.float32(_LARGEST_SCALE))[..., None]
        return _possible(scaled, fused)


def _possible(chroma: FloatArray, luma: FloatArray) -> FloatArray:
    """Weaken chroma to what its luma can show: a channel that is cut off would turn the hue."""
    luma = np.clip(luma, 0.0, 1.0)
    offsets = ycbcr_to_rgb(np.zeros_like(luma), chroma)
    room = np.where(offsets > 0, (np.float32(1.0) - luma)[..., None], -luma[..., None])
    shares = np.divide(room, offsets, out=np.ones_like(room), where=np.abs(offsets) > np.abs(room))
    weakened: FloatArray = chroma * shares.min(axis=-1)[..., None]
    return weakened


def _weight(source: Colour, fused: FloatArray) -> FloatArray:
    """How well a source is exposed in all channels (Mertens et al., 2007), and how near it is."""
    off_middle = (ycbcr_to_rgb(*source) - np.float32(0.5)) / np.float32(_EXPOSED)
    exposed = np.exp(np.float32(-0.5) * np.square(off_middle).sum(axis=-1))
    off_luma = (source.luma - fused) / np.float32(_NEAR)
    near = np.float32(1.0) / (np.float32(1.0) + np.square(off_luma))
    weight: FloatArray = exposed * near + np.float32(_LEAST_WEIGHT)
    return weight
