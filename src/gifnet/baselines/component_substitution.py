"""What the pansharpening baselines share: enlarging, and matching the panchromatic picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.pictures import Picture

_FLAT = 1e-6


def upsampled(cv2: Any, multispectral: Picture, size: tuple[int, ...]) -> Picture:
    """Enlarge bands by bicubic interpolation, the corners of the pictures staying in place.

    Args:
        cv2: OpenCV.
        multispectral: (h, w, C).
        size: (H, W).

    Returns:
        (H, W, C); may exceed the range a little beside edges.
    """
    height, width = size
    bands = [
        cv2.resize(np.ascontiguousarray(band), (width, height), interpolation=cv2.INTER_CUBIC)
        for band in np.moveaxis(multispectral, 2, 0)
    ]
    return np.asarray(np.stack(bands, axis=2), np.float32)


def matched_panchromatic(
    panchromatic: Picture, intensity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the panchromatic picture the mean and the standard deviation of the intensity.

    Args:
        panchromatic: (H, W).
        intensity: (H, W), what it stands in for.

    Returns:
        (H, W); the intensity itself where the panchromatic picture is flat and has no detail to
        give.
    """
    centred = panchromatic - panchromatic.mean(dtype=np.float64)
    deviation = centred.std()
    if deviation < _FLAT:
        return intensity
    return np.asarray(centred * (intensity.std() / deviation) + intensity.mean())
