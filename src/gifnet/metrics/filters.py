"""Filters that several metrics share: windows inside the picture, and correlation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import MissingDependencyError
from gifnet.metrics.arguments import Grey


def ndimage() -> Any:
    """SciPy's picture filters, imported when the first metric needs them.

    Raises:
        MissingDependencyError: SciPy or OpenCV is not installed.
    """
    try:
        from scipy import ndimage as module
    except ModuleNotFoundError as error:
        raise MissingDependencyError("scipy", extra="eval", purpose="this metric") from error
    return module


def opencv() -> Any:
    """OpenCV, imported when the first metric needs it.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "opencv-python-headless", extra="eval", purpose="this metric"
        ) from error
    return cv2


def gaussian_weights(size: int, sigma: float) -> NDArray[np.float64]:
    """Weights (size,) of a Gaussian window along one axis; they add up to 1."""
    offsets = np.arange(size) - (size - 1) / 2
    weights = np.exp(-(offsets**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum(), np.float64)


def box_weights(size: int) -> NDArray[np.float64]:
    """Weights (size,) of a box window along one axis; they add up to 1."""
    return np.full(size, 1 / size)


def window_means(picture: Grey, weights: NDArray[np.float64]) -> Grey:
    """Weighted means of all windows that lie inside the picture.

    Args:
        picture: (H, W), both sides at least as long as the window.
        weights: (S,), the same along both axes.

    Returns:
        (H - S + 1, W - S + 1).
    """
    cv2, size = opencv(), len(weights)
    before, after = size // 2, size - 1 - size // 2
    height, width = picture.shape
    # four times as fast as SciPy's correlate1d, and equal to 1e-13
    means = cv2.sepFilter2D(
        np.ascontiguousarray(picture),
        cv2.CV_64F,
        weights,
        weights,
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(means[before : height - after, before : width - after], np.float64)
