"""What a picture made of two should be where nobody knows the truth: none of their contrast lost.

The sources are taken apart into Laplacian pyramids and put together again. At each place and scale
the stronger source counts more, and all the more so the less the two agree, as in Burt and
Kolczynski, "Enhanced image capture through fusion", ICCV 1993. Averaging sources that disagree
makes the result dull; so at coarse scales, where noise plays no part, the result is given the
local contrast of the stronger source, as in Ma et al., "Robust multi-exposure image fusion: a
structural patch decomposition approach", IEEE TIP 26(5), 2017.

Two equal sources come out unchanged, and exchanging the sources changes nothing.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from gifnet.data.opencv import cv2

Picture = NDArray[np.float32]

GAINS = (0.0, 0.0, 0.5, 1.0)
"""How much of the lost contrast is given back at each scale, from pixels on, each twice as coarse
as the one before."""

REST_GAIN = 0.6
"""The same for what is coarser than all of these, over the whole picture."""

LARGEST_GAIN = 2.0
"""Where the sources cancel each other out, little is left that could be strengthened."""

_WINDOW = 1.5
"""Deviation in pixels of the window in which energies are compared."""

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
    levels_a, levels_b = [source_a], [source_b]
    for _ in GAINS:
        levels_a.append(_reduce(levels_a[-1]))
        levels_b.append(_reduce(levels_b[-1]))
    combined = _combine_rest(levels_a[-1], levels_b[-1])
    for level, gain in reversed(list(enumerate(GAINS))):
        detail_a, detail_b = (
            np.asarray(levels[level] - _expand(levels[level + 1], like=levels[level]), np.float32)
            for levels in (levels_a, levels_b)
        )
        detail = _combine_details(detail_a, detail_b, gain)
        combined = np.asarray(_expand(combined, like=levels_a[level]) + detail, np.float32)
    return np.asarray(np.clip(combined, 0, 1), np.float32)


def _combine_rest(rest_a: Picture, rest_b: Picture) -> Picture:
    mean = (rest_a + rest_b) / 2
    level = mean.mean()
    lost = max(rest_a.std(), rest_b.std()) / max(float(mean.std()), 1e-4)
    gain = 1 + (min(lost, LARGEST_GAIN) - 1) * REST_GAIN
    return np.asarray(level + (mean - level) * np.float32(gain), np.float32)


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
