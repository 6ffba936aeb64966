"""How methods for two grey pictures fuse coloured ones, and more than two."""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.chroma_rules import ChromaRule, Colour, combine_chroma
from gifnet.imaging.colour import is_coloured, rgb_to_ycbcr, ycbcr_to_rgb

# Raised when colour is made in another way, so that pictures of before are not taken for new ones.
COLOUR_REVISION = 2

Operation = Callable[[Sequence[FloatArray]], FloatArray]
"""Two or more sources (H, W) or (H, W, 3), float32 in [0, 1], to the fused picture."""


def by_luma(fuse_lumas: Operation) -> Operation:
    """Make a method for grey pictures fuse coloured ones.

    Args:
        fuse_lumas: fuses grey pictures (H, W).

    Returns:
        An operation on pictures of any kind: the method sees their luma, and the colour is made
        as ``gifnet.inference.Fuser`` does it, so that methods differ in luma only.
    """

    def fuse(sources: Sequence[FloatArray]) -> FloatArray:
        return with_colour(fuse_lumas([luma_of(source) for source in sources]), sources)

    return fuse


def one_after_the_other(fuse_pair: Callable[[FloatArray, FloatArray], FloatArray]) -> Operation:
    """Make a method for two pictures fuse more of them: the result so far with the next.

    Args:
        fuse_pair: fuses two pictures.

    Returns:
        The operation. Nothing is rounded in between; the order of the sources matters.
    """

    def fuse(sources: Sequence[FloatArray]) -> FloatArray:
        return reduce(fuse_pair, sources)

    return fuse


def luma_of(source: FloatArray) -> FloatArray:
    """The luma (H, W) of a picture (H, W) or (H, W, 3), float32 in [0, 1]."""
    if source.ndim == 2:
        return source
    # The weights of the channels add up to 1 but for a rounding.
    return np.clip(rgb_to_ycbcr(source)[0], 0.0, 1.0)


def with_colour(luma: FloatArray, sources: Sequence[FloatArray]) -> FloatArray:
    """Give a fused luma the colour of the sources.

    Args:
        luma: (H, W), float32; clipped to [0, 1].
        sources: (H, W) or (H, W, 3) each, float32 in [0, 1].

    Returns:
        (H, W, 3) if a source has three channels, else (H, W); float32.
    """
    luma = np.clip(luma, 0.0, 1.0)
    colours = [Colour(*rgb_to_ycbcr(source)) for source in sources if source.ndim == 3]
    colours = [colour for colour in colours if is_coloured(colour.chroma)]
    if colours:
        return ycbcr_to_rgb(luma, combine_chroma(ChromaRule.EXPOSED, colours, luma))
    if any(source.ndim == 3 for source in sources):
        return np.stack([luma] * 3, axis=-1)
    return luma
