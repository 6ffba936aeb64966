"""Fusing a stack of pictures, of which one is held at a time."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from gifnet.engine import Region
from gifnet.errors import ImageSizeError
from gifnet.imaging.arrays import (
    FloatArray,
    Picture,
    require_minimum_size,
    require_same_size,
    widest_dtype,
)
from gifnet.imaging.chroma_rules import ChromaRule, chosen, sum_by
from gifnet.imaging.chroma_sum import ChromaSum
from gifnet.inference.knobs import Knobs
from gifnet.inference.network import Advance
from gifnet.inference.pair import FuseLuma
from gifnet.inference.result import Result
from gifnet.inference.sources import Slices, Source
from gifnet.inference.stack_composites import Composites
from gifnet.model.config import MINIMUM_SIZE

_STRIP = 2**20
_NETWORK = 10
"""Slices that can be looked at while the network computes, roughly: for the progress."""


def fuse_stack(
    pictures: Sequence[Picture], knobs: Knobs, fuse_luma: FuseLuma, advance: Advance
) -> Picture:
    """Fuse pictures that are asked for one after the other: all once, those with colour once more.

    Args:
        pictures: as for ``Fuser.fuse_stack``; at least one.
        knobs: the look of the result, with detail and chroma set.
        fuse_luma: fuses two grey pictures, region by region.
        advance: is told the share of the work that is done.

    Returns:
        As ``Fuser.fuse_stack``.

    Raises:
        ImageValueError: a dtype, shape or value cannot be fused.
        ImageSizeError: the sizes differ.
    """
    count = len(pictures)
    seen, computed = (done / (2 * count + _NETWORK) for done in (count, count + _NETWORK))
    looks, selected, second = _look(pictures, lambda share: advance(seen * share))
    coloured = [number for number, look in enumerate(looks) if look.coloured]
    # A single one keeps its own.
    rule = knobs.chroma if knobs.chroma and len(coloured) > 1 else ChromaRule.FIRST
    height, width = selected.shape
    require_minimum_size((height, width), minimum=MINIMUM_SIZE, name="pictures[0]")
    chroma: ChromaSum | None = None
    result = Result(
        # What the network sees is what the result's detail is measured by.
        [selected.__getitem__, second.__getitem__],
        lambda region, fused: None if chroma is None else chroma.mean(region, fused),
        max((look.shape for look in looks), key=len),
        max((look.dtype for look in looks), key=lambda dtype: dtype.itemsize),
        knobs,
        chroma_waits=bool(coloured),
    )

    def read(region: Region) -> FloatArray:
        pair: FloatArray = np.stack([selected[region.slices], second[region.slices]])[None]
        return pair

    last = computed if coloured else 1.0
    fuse_luma(
        height, width, read, result.write, lambda share: advance(seen + (last - seen) * share)
    )
    if coloured:
        chroma = sum_by(rule, height, width)
        counting = chosen(rule, coloured)
        for done, number in enumerate(counting, start=1):
            source = Source(pictures[number], name=f"pictures[{number}]")
            for region in _strips(height, width):
                chroma.add(region, source.colour(region), result.luma(region))
            # Before the next one is asked for.
            del source
            advance(computed + (1.0 - computed) * done / len(counting))
    return result.finished()


class _Look(NamedTuple):
    """What is remembered of a slice."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    coloured: bool


def _look(
    pictures: Sequence[Picture], advance: Advance
) -> tuple[list[_Look], FloatArray, FloatArray]:
    """Look at all slices, and make the two pictures of them that the network sees."""
    looks: list[_Look] = []
    composites: Composites | None = None
    for number in range(len(pictures)):
        picture, name = pictures[number], f"pictures[{number}]"
        source = Source(picture, name=name)
        looks.append(_Look(source.shape, widest_dtype(picture), source.look.coloured))
        require_same_size(looks[0].shape, source.shape, names=("pictures[0]", name))
        height, width = source.shape[:2]
        composites = composites or Composites(height, width)
        luma: FloatArray = np.empty((height, width), np.float32)
        for region in _strips(height, width):
            luma[region] = source.luma(region)
        # Before the next one is asked for.
        del picture, source
        composites.add(luma)
        advance((number + 1) / len(pictures))
    assert composites is not None, "there is a picture"
    return looks, *composites.pair()


def _strips(height: int, width: int) -> Iterator[Slices]:
    step = max(_STRIP // width, 1)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height)), slice(0, width)


def require_several(count: int) -> None:
    """Refuse a stack of one picture, or of none.

    Args:
        count: of the pictures.

    Raises:
        ImageSizeError: there are fewer than two.
    """
    if count < 2:
        raise ImageSizeError(
            f"expected at least two pictures of one scene, got {count}; to make a single one "
            "clearer, enhance it"
        )
