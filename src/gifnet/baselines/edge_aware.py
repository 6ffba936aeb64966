"""The guided filter, and weights of sources that follow the sources' edges."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.pictures import Picture


def guided_filtered(
    cv2: Any, guide: Picture, picture: Picture, radius: int, epsilon: float
) -> NDArray[np.float64]:
    """Smooth a picture while keeping the edges of another one.

    Args:
        cv2: OpenCV.
        guide: (H, W), 0 to 1.
        picture: (H, W), what is smoothed.
        radius: The windows have a side of 2 radius + 1.
        epsilon: Variance of the guide below which there is no edge.

    Returns:
        (H, W), float64: the variances are too small for float32.

    Source: He, Sun and Tang, "Guided image filtering", TPAMI 35(6), 2013.
    """
    side = 2 * radius + 1

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT))

    guide64, picture64 = guide.astype(np.float64), picture.astype(np.float64)
    guide_mean, picture_mean = mean(guide64), mean(picture64)
    variance = np.maximum(mean(guide64 * guide64) - guide_mean**2, 0)
    slope = (mean(guide64 * picture64) - guide_mean * picture_mean) / (variance + epsilon)
    offset = picture_mean - slope * guide_mean
    return np.asarray(mean(slope) * guide64 + mean(offset))


def refined_weights(
    cv2: Any,
    sources: Sequence[Picture],
    choices: Sequence[Picture],
    radius: int,
    epsilon: float,
) -> list[Picture]:
    """Bring choices in line with the edges of the sources.

    Args:
        cv2: OpenCV.
        sources: (H, W) each, the guides.
        choices: (H, W) each, adding up to 1 over the sources.
        radius: See ``guided_filtered``.
        epsilon: See ``guided_filtered``.

    Returns:
        Weights (H, W) each, at least 0, adding up to 1 over the sources.
    """
    filtered = [
        np.maximum(guided_filtered(cv2, source, choice, radius, epsilon), 0)
        for source, choice in zip(sources, choices, strict=True)
    ]
    total = np.sum(filtered, axis=0)
    # a filtered choice may undershoot in all sources at once: such a pixel is shared equally
    lost = total < 1e-6
    return [
        np.asarray(np.where(lost, 1 / len(filtered), weight / np.where(lost, 1, total)), np.float32)
        for weight in filtered
    ]
