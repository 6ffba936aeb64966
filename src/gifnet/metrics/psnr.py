"""PSNR: peak signal-to-noise ratio."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.compat import require_known
from gifnet.metrics.mse import mse


def psnr(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float = 255,
    compat: Literal["tang"] | None = None,
) -> float:
    """Measure 10 log10(1 / MSE), the MSE on [0, 1] being the mean over the sources.

    Args:
        sources: (H, W) each, any number; the truth alone for the PSNR against the truth.
        fused: (H, W).
        data_range: Largest possible value.
        compat: "tang" for the values of Tang's toolbox and its ports, which take a peak of 255
            for an MSE on [0, 1] and give 20 log10(255) = 48.13 dB more.

    Returns:
        Decibels, higher is nearer; infinity for equal pictures.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        SettingError: No such ``compat``.

    Source: the textbook definition.
    """
    require_known(compat, "tang")
    error = mse(sources, fused, data_range=data_range)
    if error == 0:
        return float("inf")
    offset = 20 * np.log10(255) if compat == "tang" else 0
    return float(offset - 10 * np.log10(error))


def psnr_tang(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure ``psnr`` as Tang's toolbox gives it: ``psnr(..., compat="tang")``."""
    return psnr(sources, fused, data_range=data_range, compat="tang")
