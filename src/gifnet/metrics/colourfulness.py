"""Colourfulness of the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import band_pictures, positive_range


def colourfulness(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2) of the fused picture.

    rg = R - G and yb = (R + G) / 2 - B are the opponent colours, the variances those of the
    population.

    Args:
        sources: Not used; any number.
        fused: (H, W, 3), sRGB.
        data_range: Largest possible value; the result is in 8-bit levels whatever it is.

    Returns:
        At least 0, which grey pictures have; about 33 is moderately and 82 highly colourful.
        Higher is more colourful, which is better only up to the colours of the scene: noise and
        false colours raise it, too.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Hasler and Süsstrunk 2003, the metric M(3).
    """
    _, picture = band_pictures(sources, fused, data_range=data_range, least_sources=0, bands=3)
    scale = 255 / positive_range(data_range)
    red, green, blue = (picture[..., band] * scale for band in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))
