"""How the colour of several sources becomes one: the rules that users choose from."""

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce
from typing import NamedTuple

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.colour import fuse_chroma, ycbcr_to_rgb

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


class ChromaRule(StrEnum):
    """How the colour of two coloured sources becomes one; a single one keeps its own."""

    EXPOSED = "exposed"
    """The better exposed source, and the one whose luma is nearer, counts more, pixel by pixel;
    half of a change of luma is followed."""

    STRONGER = "stronger"
    """The stronger colour counts more, pixel by pixel and channel by channel (DeepFuse)."""

    PAPER = "paper"
    """As the published run weighs them."""

    FIRST = "first"
    """That of the first source alone."""

    SECOND = "second"
    """That of the second (or last) source alone."""

    @property
    def exchanged(self) -> "ChromaRule":
        """The same rule for sources in the other order."""
        swapped = {ChromaRule.FIRST: ChromaRule.SECOND, ChromaRule.SECOND: ChromaRule.FIRST}
        return swapped.get(self, self)


class Colour(NamedTuple):
    """A source as the rules see it, both float32.

    Attributes:
        luma: (H, W) in [0, 1].
        chroma: (H, W, 2), Cb and Cr in [-0.5, 0.5].
    """

    luma: FloatArray
    chroma: FloatArray


def combine_chroma(rule: ChromaRule, sources: Sequence[Colour], fused: FloatArray) -> FloatArray:
    """Make one chroma of those of several sources.

    Args:
        rule: how.
        sources: those that have colour, one at least.
        fused: (H, W), the fused luma, float32 in [0, 1].

    Returns:
        (H, W, 2), Cb and Cr, float32; each pixel depends on the same one of the sources and of the
        luma only. A single source's is returned as it is.
    """
    chromas = [source.chroma for source in sources]
    if len(sources) == 1 or rule is ChromaRule.FIRST:
        return chromas[0]
    match rule:
        case ChromaRule.SECOND:
            return chromas[-1]
        case ChromaRule.STRONGER:
            return reduce(_stronger, chromas)
        case ChromaRule.PAPER:
            return reduce(_published, chromas)
        case _:
            return _exposed(sources, fused)


def _stronger(first: FloatArray, second: FloatArray) -> FloatArray:
    """``fuse_chroma`` of two pictures that have colour."""
    fused = fuse_chroma(first, second)
    return first if fused is None else fused


def _exposed(sources: Sequence[Colour], fused: FloatArray) -> FloatArray:
    """The mean by exposure and nearness, half way to the saturation that the sources have.

    Colour at another brightness either keeps its chroma, and looks more saturated when darker, or
    its saturation, and has less chroma then. Against sources of another brightness the one
    measures best, against a truth of the same the other; docs/colour.md has the figures.
    """
    luma, chroma = sources[0]
    total = _weight(sources[0], fused)
    for source in sources[1:]:
        weight = _weight(source, fused)
        total = total + weight
        # A running mean: sources that are alike give themselves, to the last bit.
        share = weight / total
        luma = luma + share * (source.luma - luma)
        chroma = chroma + share[..., None] * (source.chroma - chroma)
    dark = np.float32(_DARK)
    scale = np.sqrt(np.maximum(fused, dark) / np.maximum(luma, dark))
    return _possible(chroma * np.minimum(scale, np.float32(_LARGEST_SCALE))[..., None], fused)


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


def _published(first: FloatArray, second: FloatArray) -> FloatArray:
    """The published rule: Cb and Cr, centred at 0, weighted by their distance from 128 (D20).

    So that the weight falls from one colour to its opposite, whatever its strength, and neutral
    pictures count half each.
    """
    weights = [np.abs(chroma * np.float32(255) - np.float32(128)) for chroma in (first, second)]
    mixed: FloatArray = (first * weights[0] + second * weights[1]) / (weights[0] + weights[1])
    return mixed
