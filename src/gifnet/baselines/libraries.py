"""The libraries that baselines are made of, imported when the first baseline needs them."""

from typing import Any

from gifnet.errors import MissingDependencyError


def opencv(baseline: str) -> Any:
    """OpenCV.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise _missing("opencv-python-headless", baseline) from error
    return cv2


def wavelets(baseline: str) -> Any:
    """PyWavelets.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import pywt
    except ModuleNotFoundError as error:
        raise _missing("pywavelets", baseline) from error
    return pywt


def _missing(package: str, baseline: str) -> MissingDependencyError:
    return MissingDependencyError(package, extra="eval", purpose=f"the baseline {baseline!r}")
