"""More or less detail in a fused picture, at the same brightness and without halos."""

from collections.abc import Sequence

import numpy as np

from gifnet.imaging.arrays import FloatArray

AS_TRAINED = 1.0
MOST = 2.0

# What counts as detail: what a Gaussian of this standard deviation, in pixels, takes away.
_DETAIL = 1.5
# Over so many pixels (standard deviation) brightness stays.
_BRIGHTNESS = 3.0
# Added detail saturates here, in parts of the whole range: a step gets no wider halo than this.
_LARGEST = 0.04
_REACH = 3
_TINY = np.float32(1e-8)


def _radius(deviation: float) -> int:
    return int(np.ceil(_REACH * deviation))


MARGIN = _radius(_DETAIL) + 2 * _radius(_BRIGHTNESS)
"""Pixels around a region that decide its result."""


def change_detail(fused: FloatArray, sources: Sequence[FloatArray], detail: float) -> FloatArray:
    """Make a fused picture more faithful or crisper.

    Detail is what a Gaussian of 1.5 pixels takes away. Above 1 it is amplified, at 2 to twice as
    much, but by no more than 0.04. Below 1 it is limited to the root mean square of the sources'
    detail, wholly so at 0. What is added or taken has no local mean, so brightness stays.

    Args:
        fused: (H, W), float32 in [0, 1].
        sources: likewise; one or more.
        detail: 0 (faithful) to 2 (crisp); 1 changes nothing.

    Returns:
        (H, W), float32 in [0, 1].
    """
    if detail == AS_TRAINED:
        return fused
    own = _detail(fused)
    if detail > AS_TRAINED:
        change = np.tanh(own / np.float32(_LARGEST)) * np.float32((detail - 1) * _LARGEST)
    else:
        energy = np.mean([np.square(_detail(source)) for source in sources], axis=0)
        limit = np.sqrt(energy)
        change = (np.clip(own, -limit, limit) - own) * np.float32(1 - detail)
    changed: FloatArray = np.clip(fused + _balanced(change, fused), 0.0, 1.0)
    return changed


def _balanced(change: FloatArray, fused: FloatArray) -> FloatArray:
    """Take from a change what moves brightness.

    Black cannot become darker, nor white brighter: what is cut off there is taken from the other
    side, too. The rest of the local mean is subtracted.
    """
    change = np.clip(change, -fused, 1.0 - fused)
    up, down = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    total_up, total_down = (blur(part, _BRIGHTNESS) + _TINY for part in (up, down))
    shared = np.minimum(total_up, total_down)
    change = up * (shared / total_up) - down * (shared / total_down)
    balanced: FloatArray = change - blur(change, _BRIGHTNESS)
    return balanced


def blur(picture: FloatArray, deviation: float) -> FloatArray:
    """Blur by a Gaussian; the border is mirrored, so that the mean stays.

    Args:
        picture: (H, W), float32.
        deviation: standard deviation in pixels; the Gaussian ends at three of them.

    Returns:
        The same shape, float32.
    """
    radius = _radius(deviation)
    places = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (places / deviation) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        length = picture.shape[axis]
        ends = [(radius, radius) if side == axis else (0, 0) for side in (0, 1)]
        wide = np.pad(picture, ends, mode="symmetric")
        total = np.zeros_like(picture)
        for place, weight in enumerate(weights):
            part = [slice(None), slice(None)]
            part[axis] = slice(place, place + length)
            total += weight * wide[tuple(part)]
        picture = total
    return picture


def _detail(picture: FloatArray) -> FloatArray:
    return picture - blur(picture, _DETAIL)
