"""VIF in the pixel domain, added up over the sources."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.pixel_vif import LEAST_SIDE, pixel_vif

_NOISE = 2.0


def vifp_sum(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure the sum over the sources of VIF = sum log(1 + g^2 s / (v + 2)) / sum log(1 + s / 2).

    s is the variance of a window of the source, g the factor and v the variance of the noise that
    make the fused window of it. The sums go over all windows of four scales.

    Args:
        sources: (H, W) each, none of them constant.
        fused: (H, W), at least 41x41.
        data_range: Largest possible value; the pictures are scaled to 255, which the 2 is for.

    Returns:
        At least 0, higher is better. A fused picture equal to all sources gives their number,
        and one with more contrast than they have gives more.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Sheikh and Bovik 2006 in the pixel domain; the sum as in Tang's toolbox and most recent
    papers.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=LEAST_SIDE
    )
    scale = 255 / positive_range(data_range)
    return sum(pixel_vif([source * scale for source in references], picture * scale, _NOISE))
