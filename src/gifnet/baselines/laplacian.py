"""Fusion in Laplacian pyramids."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.choice import largest_details
from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, grey_sources, within_range

_MOST_LEVELS = 5
_LEAST_BASE = 4


def laplacian(sources: Sequence[NDArray[Any]]) -> Picture:
    """Fuse the levels of Laplacian pyramids: the strongest details, the mean of the bases.

    There are five levels of details, fewer where the base would be shorter than 4 pixels, but
    always one.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Burt and Adelson, "The Laplacian pyramid as a compact image code", IEEE Transactions
    on Communications 31(4), 1983; details chosen as in ``choice.largest_details``.
    """
    cv2 = opencv("laplacian")
    pictures = grey_sources(sources)
    levels = _levels(min(pictures[0].shape))
    pyramids = [_pyramid(cv2, picture, levels) for picture in pictures]
    fused: Picture = np.mean([pyramid[-1] for pyramid in pyramids], axis=0)
    for level in reversed(range(levels)):
        details = largest_details(cv2, [pyramid[level] for pyramid in pyramids])
        fused = _enlarged(cv2, fused, details) + details
    return within_range(fused)


def _levels(side: int) -> int:
    levels = 1
    while levels < _MOST_LEVELS and side / 2 ** (levels + 1) >= _LEAST_BASE:
        levels += 1
    return levels


def _pyramid(cv2: Any, picture: Picture, levels: int) -> list[Picture]:
    """Details of each level, the finest first, and the base."""
    pyramid = []
    for _ in range(levels):
        smaller = cv2.pyrDown(picture)
        pyramid.append(picture - _enlarged(cv2, smaller, picture))
        picture = smaller
    return [*pyramid, picture]


def _enlarged(cv2: Any, smaller: Picture, like: Picture) -> Picture:
    height, width = like.shape
    return np.asarray(cv2.pyrUp(smaller, dstsize=(width, height)), np.float32)
