"""Fusing two pictures, or one with itself."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gifnet.engine import Region
from gifnet.errors import SettingError
from gifnet.imaging.arrays import (
    FloatArray,
    Picture,
    require_minimum_size,
    require_same_size,
    widest_dtype,
)
from gifnet.imaging.chroma_rules import ChromaRule
from gifnet.inference.guess import settle_application
from gifnet.inference.knobs import Knobs, settled
from gifnet.inference.network import Advance, Read, Write
from gifnet.inference.result import Result
from gifnet.inference.source_order import should_swap
from gifnet.inference.sources import Source, chroma_of
from gifnet.model.config import MINIMUM_SIZE
from gifnet.tasks import Application

logger = logging.getLogger(__name__)

FuseLuma = Callable[[int, int, Read, Write, Advance], None]
"""Height, width, read, write, advance: see ``Network.fuse``."""


def fuse_pair(
    a: Picture,
    b: Picture,
    application: Application,
    knobs: Knobs,
    lut_source: int,
    fuse_luma: FuseLuma,
    advance: Advance,
) -> Picture:
    """Fuse two pictures.

    Args:
        a: as for ``Fuser.fuse``.
        b: likewise.
        application: the user's.
        knobs: the user's.
        lut_source: as for ``Fuser.fuse``.
        fuse_luma: fuses two grey pictures, region by region.
        advance: is told the share of the work that is done.

    Returns:
        As ``Fuser.fuse``.

    Raises:
        ImageValueError: a dtype, shape or value cannot be fused.
        ImageSizeError: the sizes differ, or are too small.
        SettingError: there is no such ``lut_source``.
    """
    if lut_source not in {1, 2}:
        raise SettingError(f"lut_source must be 1 or 2; got {lut_source}")
    first, second = (
        Source(picture, name=name, lut=knobs.lut if number == lut_source else None)
        for number, (picture, name) in enumerate(((a, "a"), (b, "b")), start=1)
    )
    require_same_size(first.shape, second.shape, names=("a", "b"))
    application = settle_application(application, first, second, lut=knobs.lut is not None)
    pair = first, second
    swapped = should_swap(application, first.look, second.look)
    if swapped:
        logger.info("%s: the second source is taken first, as published", application)
        pair = second, first
    knobs = settled(knobs, application, swapped=swapped)
    return _compute(pair, pair, widest_dtype(a, b), knobs, fuse_luma, advance)


def enhance(a: Picture, knobs: Knobs, fuse_luma: FuseLuma, advance: Advance) -> Picture:
    """Fuse a picture with itself; the arguments are those of ``fuse_pair``."""
    source = Source(a, name="a")
    return _compute((source, source), [source], widest_dtype(a), knobs, fuse_luma, advance)


def _compute(
    pair: tuple[Source, Source],
    different: Sequence[Source],
    dtype: np.dtype[Any],
    knobs: Knobs,
    fuse_luma: FuseLuma,
    advance: Advance,
) -> Picture:
    height, width = pair[0].shape[:2]
    require_minimum_size((height, width), minimum=MINIMUM_SIZE, name="a")

    def read(region: Region) -> FloatArray:
        lumas = [source.luma(region.slices) for source in pair]
        stacked: FloatArray = np.stack(lumas)[None]
        return stacked

    rule = knobs.chroma or ChromaRule.EXPOSED
    result = Result(
        [source.luma for source in different],
        lambda region, fused: chroma_of(different, rule, region, fused),
        max((source.shape for source in different), key=len),
        dtype,
        knobs,
    )
    fuse_luma(height, width, read, result.write, advance)
    return result.finished()
