"""MI: mutual information of the sources and the fused picture."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import eight_bit_levels, grey_pictures
from gifnet.metrics.compat import require_known
from gifnet.metrics.histograms import (
    Levels,
    entropy,
    information_from,
    joint_shares,
    mutual_information,
    shares,
)


def mi(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float = 255,
    compat: Literal["tang"] | None = None,
) -> float:
    """Measure the sum over the sources S of I(S, F) = H(S) + H(F) - H(S, F), 256 levels, log2.

    Args:
        sources: (H, W) each, any number.
        fused: (H, W); values are rounded to 8-bit levels.
        data_range: Largest possible value.
        compat: "tang" for the values of Tang's toolbox, whose joint histogram takes the levels
            254 and 255 for one and gives up to some percent more.

    Returns:
        0 to 8 bits per source, higher is better; a constant picture shares 0 with any. A copy of
        one source gets a high value, too, and values of different scenes cannot be compared.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.
        SettingError: No such ``compat``.

    Source: Qu et al. 2002.
    """
    require_known(compat, "tang")
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    information = _saturated_information if compat == "tang" else mutual_information
    levels = eight_bit_levels(picture, data_range)
    return sum(information(eight_bit_levels(r, data_range), levels) for r in references)


def mi_tang(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure ``mi`` as Tang's toolbox gives it: ``mi(..., compat="tang")``."""
    return mi(sources, fused, data_range=data_range, compat="tang")


def _saturated_information(a: Levels, b: Levels) -> float:
    # 8-bit levels plus one, the index in the joint histogram, saturate at 255
    joint = joint_shares(np.minimum(a, 254), np.minimum(b, 254))
    return information_from(entropy(shares(a)), entropy(shares(b)), joint)
