"""Fusion of stationary wavelet transforms."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.choice import largest_details
from gifnet.baselines.libraries import opencv, wavelets
from gifnet.baselines.pictures import Picture, grey_sources, within_range

_WAVELET = "db2"
_MOST_LEVELS = 4


def wavelet(sources: Sequence[NDArray[Any]]) -> Picture:
    """Fuse wavelet coefficients: the strongest details, the mean of the approximations.

    The transform is the stationary one, which does not depend on where the picture begins, with
    Daubechies' wavelet of two vanishing moments and four levels, fewer where the shorter side is
    below 2^(levels + 1) pixels, but always one.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV or PyWavelets is not installed.

    Source: Li, Manjunath and Mitra, "Multisensor image fusion using the wavelet transform",
    Graphical Models and Image Processing 57(3), 1995; Rockinger, "Image sequence fusion using a
    shift-invariant wavelet transform", ICIP 1997.
    """
    cv2, pywt = opencv("wavelet"), wavelets("wavelet")
    pictures = grey_sources(sources)
    height, width = pictures[0].shape
    levels = int(np.clip(np.log2(min(height, width)) - 1, 1, _MOST_LEVELS))
    top, rows = _margin(height, levels)
    left, columns = _margin(width, levels)
    transforms = [
        pywt.swt2(
            np.pad(picture, (rows, columns), mode="symmetric"),
            _WAVELET,
            levels,
            trim_approx=True,
            norm=True,
        )
        for picture in pictures
    ]
    approximation = np.mean([transform[0] for transform in transforms], axis=0)
    details = [_details(cv2, transforms, level) for level in range(levels)]
    picture = pywt.iswt2([approximation, *details], _WAVELET, norm=True)
    return within_range(picture[top : top + height, left : left + width])


def _margin(length: int, levels: int) -> tuple[int, tuple[int, int]]:
    """Where the picture begins, and the mirrored pixels around it.

    The transform is periodic, so that the margin has to be as long as its filters, which is
    3 (2^levels - 1); and it takes whole multiples of 2^levels only.
    """
    before = 3 * 2**levels
    return before, (before, before + -length % 2**levels)


def _details(cv2: Any, transforms: Sequence[Any], level: int) -> tuple[Picture, ...]:
    """The fused horizontal, vertical and diagonal details of a level, the coarsest being 0."""
    return tuple(
        largest_details(cv2, [transform[level + 1][direction] for transform in transforms])
        for direction in range(3)
    )
