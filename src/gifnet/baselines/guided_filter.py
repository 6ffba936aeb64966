"""Fusion with guided filtering."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.choice import weighted_sum, winners
from gifnet.baselines.edge_aware import refined_weights
from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, grey_sources, within_range

_BASE_WINDOW = (31, 31)
_SALIENCY_WINDOW, _SALIENCY_SIGMA = (11, 11), 5
_BASE_RADIUS, _BASE_EPSILON = 45, 0.3
_DETAIL_RADIUS, _DETAIL_EPSILON = 7, 1e-6


def guided_filter(sources: Sequence[NDArray[Any]]) -> Picture:
    """Fuse a base and a detail layer with weights that the guided filter brings to the edges.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Li, Kang and Hu, "Image fusion with guided filtering", IEEE Transactions on Image
    Processing 22(7), 2013, with its parameters: mean of 31x31 pixels for the base, radius 45 and
    epsilon 0.3 for its weights, 7 and 1e-6 for those of the details.
    """
    cv2 = opencv("guided_filter")
    pictures = grey_sources(sources)
    bases = [cv2.blur(p, _BASE_WINDOW, borderType=cv2.BORDER_REFLECT) for p in pictures]
    details = [picture - base for picture, base in zip(pictures, bases, strict=True)]
    choices = winners([_saliency(cv2, picture) for picture in pictures])
    base_weights = refined_weights(cv2, pictures, choices, _BASE_RADIUS, _BASE_EPSILON)
    detail_weights = refined_weights(cv2, pictures, choices, _DETAIL_RADIUS, _DETAIL_EPSILON)
    return within_range(weighted_sum(bases, base_weights) + weighted_sum(details, detail_weights))


def _saliency(cv2: Any, picture: Picture) -> Picture:
    edges = np.abs(cv2.Laplacian(picture, cv2.CV_32F, borderType=cv2.BORDER_REFLECT))
    smoothed = cv2.GaussianBlur(
        edges, _SALIENCY_WINDOW, _SALIENCY_SIGMA, borderType=cv2.BORDER_REFLECT
    )
    return np.asarray(smoothed, np.float32)
