"""How the colour of several sources becomes one: the rules that users choose from."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.chroma_sum import (
    ChromaSum,
    Colour,
    ExposedChroma,
    TakenChroma,
    WeightedChroma,
)

__all__ = ["ChromaRule", "Colour", "chosen", "combine_chroma", "sum_by"]

_Source = TypeVar("_Source")


class ChromaRule(StrEnum):
    """How the colour of several coloured sources becomes one; a single one keeps its own."""

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


def combine_chroma(rule: ChromaRule, sources: Sequence[Colour], fused: FloatArray) -> FloatArray:
    """Make one chroma of those of several sources.

    Args:
        rule: how.
        sources: those that have colour, one at least.
        fused: (H, W), the fused luma, float32 in [0, 1].

    Returns:
        (H, W, 2), Cb and Cr, float32; each pixel depends on the same one of the sources and of the
        luma only. That of a single one that counts is returned as it is.
    """
    counting = chosen(rule, sources)
    if len(counting) == 1:
        return counting[0].chroma
    whole = slice(None), slice(None)
    sums = sum_by(rule, *fused.shape)
    for source in counting:
        sums.add(whole, source, fused)
    return sums.mean(whole, fused)


def chosen(rule: ChromaRule, sources: Sequence[_Source]) -> Sequence[_Source]:
    """Choose the sources whose colour counts.

    Args:
        rule: how the colour of several becomes one.
        sources: those that have colour, in the order given.

    Returns:
        The first or the last alone, if the rule says so; else all.
    """
    match rule:
        case ChromaRule.FIRST:
            return sources[:1]
        case ChromaRule.SECOND:
            return sources[-1:]
        case _:
            return sources


def sum_by(rule: ChromaRule, height: int, width: int) -> ChromaSum:
    """Start to add up the chroma of several sources.

    Args:
        rule: how.
        height: rows of the pictures.
        width: columns.

    Returns:
        The sums, for the sources that are ``chosen``; ``first`` and ``second`` take the chroma of
        the one that there is.
    """
    match rule:
        case ChromaRule.STRONGER:
            # DeepFuse (Prabhakar et al., ICCV 2017).
            return WeightedChroma(height, width, np.abs)
        case ChromaRule.PAPER:
            return WeightedChroma(height, width, _published)
        case ChromaRule.FIRST | ChromaRule.SECOND:
            return TakenChroma(height, width)
        case _:
            return ExposedChroma(height, width)


def _published(chroma: FloatArray) -> FloatArray:
    """The published weights of Cb and Cr centred at 0: their distance from 128 (D20).

    So that the weight falls from one colour to its opposite, whatever its strength, and neutral
    pictures count half each.
    """
    weights: FloatArray = np.abs(chroma * np.float32(255) - np.float32(128))
    return weights
