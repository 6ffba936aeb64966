"""The Fourier and cosine transforms that several metrics share."""

from typing import Any

from gifnet.errors import MissingDependencyError


def fourier() -> Any:
    """SciPy's Fourier transforms, imported when the first metric needs them.

    Raises:
        MissingDependencyError: SciPy or OpenCV is not installed.
    """
    try:
        from scipy import fft as module
    except ModuleNotFoundError as error:
        raise MissingDependencyError("scipy", extra="eval", purpose="this metric") from error
    return module
