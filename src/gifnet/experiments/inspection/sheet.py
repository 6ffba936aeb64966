"""The figure: sources and result, rows of maps, and the attention of a pixel."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gifnet.experiments.inspection.attention import Attention
from gifnet.experiments.inspection.features import Features, Place
from gifnet.experiments.inspection.pair import Pair, Point
from gifnet.imaging.arrays import FloatArray, describe_size
from gifnet.imaging.contact_sheet import Row, contact_sheet
from gifnet.imaging.luts import Lut, look_up
from gifnet.tasks import Task

CELL = 224
"""Side of a cell in pixels: fourteen for each pixel of a window with what lies around it."""
_AROUND = 4
_DARK, _BRIGHT = 1, 99
"""Percentiles of a map that are shown as the two ends of the colours."""
_MARK = np.array([0.0, 1.0, 1.0], np.float32)
_FRAME = np.array([1.0, 1.0, 1.0], np.float32)
_BRANCH = {Task.MULTI_MODAL: "MM", Task.DIGITAL_PHOTOGRAPHY: "DP"}
_TITLES = {
    Place.SHARED: "shared encoder",
    Place.MM_BEFORE: "MM branch before the cross attention",
    Place.MM_AFTER: "MM branch after it, with the DP branch's query",
    Place.DP_BEFORE: "DP branch before the interaction",
    Place.DP_AFTER: "DP branch after it: own attention, plus lambda times MM",
}


def draw_sheet(
    pair: Pair,
    features: Features,
    channels: Mapping[Place, Sequence[int]],
    shares: Mapping[Place, NDArray[np.float64]],
    attention: Sequence[Attention],
    point: Point | None,
) -> NDArray[np.uint8]:
    """Draw everything on one page.

    Each map is drawn between its own 1st and 99th percentile, so brightness says nothing across
    maps; the share of the energy below it does.

    Args:
        pair: the sources.
        features: what the network made of them.
        channels: those to show, by place.
        shares: of the energy, (C,) by place.
        attention: of ``point``, in the order of ``take_attention``; may be empty.
        point: the pixel of the lumas that it is of.

    Returns:
        (H, W, 3), uint8.
    """
    pictures = [
        (f"first: {pair.files[0].name}", pair.lumas[0]),
        (f"second: {pair.files[1].name}", pair.lumas[1]),
        ("fused", features.fused),
    ]
    if point is not None and attention:
        pictures.append((f"the pixel {point.x},{point.y}", _located(features.fused, point)))
    size = describe_size(pair.reduced_size)
    title = f"luma, {size}" + (f" (of {describe_size(pair.size)})" if pair.is_reduced else "")
    rows = [Row(title, pictures)]
    for place in Place:
        maps = features.maps[place]
        cells = [
            (f"channel {number}: {shares[place][number]:.1%}", _shown(maps[number]))
            for number in channels[place]
        ]
        rows.append(Row(f"{_TITLES[place]} (channel: share of its energy)", cells))
    for main in dict.fromkeys(one.main for one in attention):
        cells = [
            (_label(one), _drawn(features.fused, one, point))
            for one in attention
            if one.main is main and point is not None
        ]
        role = "main, as when fusing" if main is Task.DIGITAL_PHOTOGRAPHY else "main"
        rows.append(Row(f"attention, {_BRANCH[main]} {role} (largest share of a pixel)", cells))
    return contact_sheet(rows, cell=CELL)


def _label(one: Attention) -> str:
    keys = _BRANCH[one.branch] + ("" if one.query is one.branch else f" by {_BRANCH[one.query]}")
    shifted = " shifted" if one.shifted else ""
    return f"{keys}{shifted}, head {one.head}: {one.shares.max():.1%}"


def _shown(values: FloatArray) -> FloatArray:
    low, high = np.percentile(values, [_DARK, _BRIGHT])
    span = high - low
    unit = (values - low) / span if span > 0 else np.zeros_like(values)
    return look_up(Lut.VIRIDIS, np.clip(unit, 0.0, 1.0).astype(np.float32))


def _drawn(picture: FloatArray, one: Attention, point: Point | None) -> FloatArray:
    """The window and what lies around it, enlarged: bright where the query looks."""
    window = one.shares.shape[0]
    shown = _cut(picture, one.top - _AROUND, one.left - _AROUND, window + 2 * _AROUND)
    colours = np.stack([shown * np.float32(0.6)] * 3, axis=-1)
    inside = slice(_AROUND, _AROUND + window)
    heat = look_up(Lut.INFERNO, (one.shares / max(one.shares.max(), 1e-12)).astype(np.float32))
    colours[inside, inside] = np.float32(0.25) * colours[inside, inside] + np.float32(0.75) * heat
    scale = CELL // len(shown)
    large = np.repeat(np.repeat(colours, scale, axis=0), scale, axis=1)
    _outline(large, _AROUND * scale, _AROUND * scale, window * scale, _FRAME)
    if point is not None:
        row, column = (point.y - one.top + _AROUND, point.x - one.left + _AROUND)
        _outline(large, row * scale, column * scale, scale, _MARK)
    return np.asarray(np.clip(large, 0.0, 1.0), np.float32)


def _located(picture: FloatArray, point: Point) -> FloatArray:
    """The whole picture with a cross through the pixel, as wide as it will be seen."""
    colours = np.stack([picture] * 3, axis=-1)
    height, width = picture.shape
    thick = max(max(height, width) // CELL, 1)
    gap = 4 * thick
    rows, columns = np.arange(height)[:, None], np.arange(width)[None]
    beyond = np.maximum(np.abs(rows - point.y), np.abs(columns - point.x)) > gap
    on_line = (np.abs(rows - point.y) < thick) | (np.abs(columns - point.x) < thick)
    colours[on_line & beyond] = _MARK
    return colours


def _cut(picture: FloatArray, top: int, left: int, side: int) -> FloatArray:
    """A square of the picture, continued beyond its borders by reflection as the network does."""
    height, width = picture.shape
    rows = _reflected(np.arange(top, top + side), height)
    columns = _reflected(np.arange(left, left + side), width)
    return np.asarray(picture[np.ix_(rows, columns)], np.float32)


def _reflected(places: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Places on an endless axis as places of a picture, the outermost pixel being there once."""
    period = max(2 * (length - 1), 1)
    folded = places % period
    return np.minimum(folded, period - folded)


def _outline(picture: FloatArray, top: int, left: int, side: int, colour: FloatArray) -> None:
    bottom, right = top + side, left + side
    picture[top : top + 1, left:right] = colour
    picture[bottom - 1 : bottom, left:right] = colour
    picture[top:bottom, left : left + 1] = colour
    picture[top:bottom, right - 1 : right] = colour
