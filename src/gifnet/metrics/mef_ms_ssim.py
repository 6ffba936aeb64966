"""MEF-MS-SSIM: MEF-SSIM at three scales."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.halving import halved
from gifnet.metrics.mef_ssim import WINDOW, levels_around_zero, structural_quality

_WANG_WEIGHTS = (0.0448, 0.2856, 0.3001)
_LEAST_SIDE = WINDOW * 2 ** (len(_WANG_WEIGHTS) - 1)


def mef_ms_ssim(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the product over three scales of ``mef_ssim`` to the powers 0.071, 0.453, 0.476.

    The powers are the first three of Wang's MS-SSIM, 0.0448, 0.2856 and 0.3001, divided by their
    sum. The next scale has the means of 2x2 pixels; an odd last row or column is repeated.

    Args:
        sources: (H, W) each, any number; their order does not matter.
        fused: (H, W), at least 44x44.
        data_range: Largest possible value.

    Returns:
        0 to 1, higher is better. Brightness does not count. A negative mean of a scale, which has
        no such power, counts as 0.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Ma et al. 2015; Tang's toolbox calls it MS_SSIM.
    """
    levels = levels_around_zero(sources, fused, data_range, least_side=_LEAST_SIDE)
    value = 1.0
    for scale, weight in enumerate(_WANG_WEIGHTS):
        if scale:
            levels = [halved(each) for each in levels]
        quality = structural_quality(levels[:-1], levels[-1])
        value *= max(quality, 0.0) ** (weight / sum(_WANG_WEIGHTS))
    return value
