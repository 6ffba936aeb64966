"""Edges of a picture, and how many of them lie where others do."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.filters import opencv

Levels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

TOLERANCE = 2
"""Pixels that an edge may lie beside another one."""
STRONG = 90.0
"""Percentile of the gradient above which an edge begins."""
_WEAK = 0.4
"""Share of that above which it goes on."""
_SMOOTHING = 1.0


class Thresholds(NamedTuple):
    """Of the gradient's magnitude, in levels, for Canny's detector."""

    weak: float
    strong: float


def edge_thresholds(pictures: Sequence[Levels]) -> Thresholds:
    """Choose thresholds that are then the same for all pictures of a scene.

    Args:
        pictures: (H, W), all that count: the sources, or the truth.

    Returns:
        The strong one is the 90th percentile of all their gradients.
    """
    magnitudes = [np.hypot(*_gradient(picture)) for picture in pictures]
    strong = max(float(np.percentile(np.stack(magnitudes), STRONG)), 1.0)
    return Thresholds(_WEAK * strong, strong)


def find_edges(picture: Levels, thresholds: Thresholds) -> Mask:
    """Find edges with Canny's detector, after smoothing by one pixel.

    Args:
        picture: (H, W).
        thresholds: where edges begin and where they go on.

    Returns:
        (H, W), True on edges. Source: Canny, PAMI 1986.
    """
    edges = opencv().Canny(_smoothed(picture), *thresholds, L2gradient=True)
    return np.asarray(edges > 0)


def share_near(edges: Mask, others: Mask) -> float:
    """Tell what share of edges has another one within ``TOLERANCE`` pixels; NaN without edges."""
    count = int(edges.sum())
    if count == 0:
        return float("nan")
    side = 2 * TOLERANCE + 1
    offsets = np.arange(side) - TOLERANCE
    disc = (np.hypot(offsets[:, None], offsets) <= TOLERANCE).astype(np.uint8)
    around = opencv().dilate(others.astype(np.uint8), disc) > 0
    return float((edges & around).sum()) / count


def f_score(precision: float, recall: float) -> float:
    """The harmonic mean of both; 0 where one of them is 0 or not known."""
    if np.isnan(precision) or np.isnan(recall) or precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


def _smoothed(picture: Levels) -> Levels:
    smooth: Levels = opencv().GaussianBlur(picture, (0, 0), _SMOOTHING)
    return smooth


def _gradient(picture: Levels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    cv2 = opencv()
    smooth = _smoothed(picture)
    return cv2.Sobel(smooth, cv2.CV_64F, 1, 0), cv2.Sobel(smooth, cv2.CV_64F, 0, 1)
