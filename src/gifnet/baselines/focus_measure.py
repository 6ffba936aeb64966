"""Fusion by a measure of focus."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.choice import weighted_sum, winners
from gifnet.baselines.edge_aware import refined_weights
from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, grey_sources, within_range

_WINDOW = (13, 13)
_RADIUS, _EPSILON = 8, 1e-3


def focus_measure(sources: Sequence[NDArray[Any]]) -> Picture:
    """Take each pixel from the source that is sharpest around it.

    Sharpness is the modified Laplacian, the sum of the magnitudes of the second differences along
    rows and columns, added up over 13x13 pixels. The choices are refined by the guided filter
    (radius 8, epsilon 0.001) with each source as its own guide.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Nayar and Nakagawa, "Shape from focus", TPAMI 16(8), 1994, for the measure; He, Sun and
    Tang, "Guided image filtering", TPAMI 35(6), 2013, for the refinement.
    """
    cv2 = opencv("focus_measure")
    pictures = grey_sources(sources)
    choices = winners([_sharpness(cv2, picture) for picture in pictures])
    weights = refined_weights(cv2, pictures, choices, _RADIUS, _EPSILON)
    return within_range(weighted_sum(pictures, weights))


def _sharpness(cv2: Any, picture: Picture) -> Picture:
    second = np.array([[-1, 2, -1]], np.float32)
    border = cv2.BORDER_REFLECT
    rows = np.abs(cv2.filter2D(picture, cv2.CV_32F, second, borderType=border))
    columns = np.abs(cv2.filter2D(picture, cv2.CV_32F, second.T, borderType=border))
    return np.asarray(cv2.blur(rows + columns, _WINDOW, borderType=border), np.float32)
