"""Choosing, pixel by pixel, between the details of several sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.pictures import Picture

_WINDOW = 3


def winners(activities: Sequence[NDArray[np.float32]]) -> list[Picture]:
    """Say at each pixel which source has the largest activity.

    Args:
        activities: (H, W) for each source.

    Returns:
        Weights (H, W) for each source: 1 for the winner and 0 for the others; equal winners
        share, so that the order of the sources does not matter.
    """
    stack = np.stack(activities)
    wins = stack == stack.max(axis=0)
    return list((wins / wins.sum(axis=0)).astype(np.float32))


def largest_details(cv2: Any, details: Sequence[Picture]) -> Picture:
    """Take the details with the largest magnitude, consistently within 3x3 windows.

    The activity of a source is the largest magnitude in the window; then the choice that most
    pixels of the window made is taken.

    Args:
        cv2: OpenCV.
        details: (H, W) for each source, one band of a decomposition.

    Returns:
        (H, W).

    Source: Li, Manjunath and Mitra, "Multisensor image fusion using the wavelet transform",
    Graphical Models and Image Processing 57(3), 1995.
    """
    window = np.ones((_WINDOW, _WINDOW), np.uint8)
    choices = winners([cv2.dilate(np.abs(detail), window) for detail in details])
    # rounded, because running sums would make equal votes differ in the last digit
    votes = [np.round(_WINDOW**2 * cv2.blur(choice, (_WINDOW, _WINDOW)), 3) for choice in choices]
    return weighted_sum(details, winners(votes))


def weighted_sum(pictures: Sequence[Picture], weights: Sequence[Picture]) -> Picture:
    """Add pictures up, weighted pixel by pixel.

    Args:
        pictures: (H, W) for each source.
        weights: (H, W) for each source.

    Returns:
        (H, W).
    """
    total = np.zeros_like(pictures[0])
    for picture, weight in zip(pictures, weights, strict=True):
        total += picture * weight
    return total
