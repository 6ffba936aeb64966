"""What a picture made of two should be where nobody knows the truth: none of their contrast lost.

The sources are taken apart into Laplacian pyramids and put together again. At each place and scale
the stronger source counts more, and all the more so the less the two agree, as in Burt and
Kolczynski, "Enhanced image capture through fusion", ICCV 1993. Averaging sources that disagree
makes the result dull; so at coarse scales, where noise plays no part, the result is given the
local contrast of the stronger source, as in Ma et al., "Robust multi-exposure image fusion: a
structural patch decomposition approach", IEEE TIP 26(5), 2017.

Two equal sources come out unchanged, and exchanging the sources changes nothing.
"""

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from gifnet.data.opencv import cv2

Picture = NDArray[np.float32]

GAINS = (0.0, 0.0, 0.5, 1.0)
"""How much of the lost contrast is given back at each scale, from pixels on, each twice as coarse
as the one before."""

REST_GAIN = 0.8
"""The same for what is coarser than all of these, over the whole picture."""

LEAST_SHARE = 0.1
"""How much of the way to the darker or the brighter source is left in what is coarser: nothing gets
darker or brighter than both."""

LARGEST_GAIN = 2.0
"""Where the sources cancel each other out, little is left that could be strengthened."""

_WINDOW = 1.5
"""Deviation in pixels of the window in which energies are compared."""

_DEAD = 5e-6
"""Energy, that of half a level of 255, below which a source shows nothing: black, white,
saturated."""

_NOISE = 1e-4
"""Energy below which a detail counts for nothing, that of a deviation of 1/100."""


def contrast_target(source_a: Picture, source_b: Picture) -> Picture:
    """Combine two pictures without losing contrast.

    Args:
        source_a: (H, W) in [0, 1], at least 8 pixels a side.
        source_b: (H, W) in [0, 1].

    Returns:
        (H, W) in [0, 1].
    """
    pyramid_a, pyramid_b = _take_apart(source_a), _take_apart(source_b)
    combined = _combine_rest(pyramid_a, pyramid_b)
    for detail_a, detail_b, gain in reversed(
        list(zip(pyramid_a.details, pyramid_b.details, GAINS, strict=True))
    ):
        detail = _combine_details(detail_a, detail_b, gain)
        combined = np.asarray(_expand(combined, like=detail) + detail, np.float32)
    return np.asarray(np.clip(combined, 0, 1), np.float32)


class _Pyramid(NamedTuple):
    """A picture by scales."""

    details: list[Picture]
    """From pixels on, each half as large as the one before."""

    rest: Picture
    """What is coarser than all details."""

    energy: Picture
    """The energy of all details around each pixel of the rest."""


def _take_apart(picture: Picture) -> _Pyramid:
    details: list[Picture] = []
    energy = np.zeros_like(picture)
    for _ in GAINS:
        coarser = _reduce(picture)
        detail = np.asarray(picture - _expand(coarser, like=picture), np.float32)
        details.append(detail)
        energy = _reduce(np.asarray(energy + detail * detail, np.float32))
        picture = coarser
    return _Pyramid(details, picture, cast(Picture, cv2.GaussianBlur(energy, (0, 0), 1.0)))


def _combine_rest(pyramid_a: _Pyramid, pyramid_b: _Pyramid) -> Picture:
    rest_a, rest_b = pyramid_a.rest, pyramid_b.rest
    # Equal shares, but where a source shows nothing at all.
    alive_a, alive_b = (
        energy / (energy + np.float32(_DEAD))
        for energy in (np.maximum(p.energy, 0) + np.float32(1e-7) for p in (pyramid_a, pyramid_b))
    )
    share_a = alive_a / (alive_a + alive_b)
    mixed = share_a * rest_a + (1 - share_a) * rest_b
    lost = max(rest_a.std(), rest_b.std()) / max(float(mixed.std()), 1e-4)
    gain = (float(np.clip(lost, 1, LARGEST_GAIN)) - 1) * REST_GAIN
    wanted = (mixed - mixed.mean()) * np.float32(gain)
    # Shadows and lights would be clipped, and their details with them, were it not for this limit.
    lowest, highest = np.minimum(rest_a, rest_b), np.maximum(rest_a, rest_b)
    room = np.where(wanted > 0, highest - mixed, mixed - lowest) * np.float32(1 - LEAST_SHARE)
    room = np.maximum(room, 0) + np.float32(1e-4)
    return np.asarray(mixed + room * np.tanh(wanted / room), np.float32)


def _combine_details(detail_a: Picture, detail_b: Picture, gain: float) -> Picture:
    energy_a = _local_mean(detail_a * detail_a) + np.float32(_NOISE)
    energy_b = _local_mean(detail_b * detail_b) + np.float32(_NOISE)
    match = (_local_mean(detail_a * detail_b) + np.float32(_NOISE)) / np.sqrt(energy_a * energy_b)
    # Energies to the power of one half where the details agree, of three halves where they have
    # nothing to do with each other, of five halves where they are opposite.
    share_a = 1 / (1 + (energy_b / energy_a) ** (1.5 - match))
    combined = share_a * detail_a + (1 - share_a) * detail_b
    if gain:
        left = _local_mean(np.asarray(combined * combined, np.float32)) + np.float32(_NOISE)
        lost = np.sqrt(np.maximum(energy_a, energy_b) / left)
        combined = combined * (1 + (np.minimum(lost, LARGEST_GAIN) - 1) * np.float32(gain))
    return np.asarray(combined, np.float32)


def _local_mean(picture: Picture) -> Picture:
    blurred = cv2.GaussianBlur(picture, (0, 0), _WINDOW, borderType=cv2.BORDER_REFLECT_101)
    return cast(Picture, blurred)


def _reduce(picture: Picture) -> Picture:
    return cast(Picture, cv2.pyrDown(picture))


def _expand(picture: Picture, *, like: Picture) -> Picture:
    return cast(Picture, cv2.pyrUp(picture, dstsize=like.shape[::-1]))
