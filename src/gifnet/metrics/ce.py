"""CE: cross entropy of the sources and the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import eight_bit_levels, grey_pictures
from gifnet.metrics.histograms import Shares, shares


def ce(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean over the sources S of sum p_S log2(p_S / p_F), over the levels of both.

    The sum is over those of the 256 levels that occur in the source and in the fused picture; the
    others are left out.

    Args:
        sources: (H, W) each, any number.
        fused: (H, W); values are rounded to 8-bit levels.
        data_range: Largest possible value.

    Returns:
        Bits; lower counts as better, equal histograms have 0. As levels are left out, it can fall
        below 0, and a picture of few levels can get a low value.

    Raises:
        ImageValueError: A source has no level in common with the fused picture.
        ImageSizeError: The pictures cannot be measured.

    Source: Bulanon et al. 2009, as in VIFB.
    """
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    of_fused = shares(eight_bit_levels(picture, data_range))
    values = [
        _divergence(shares(eight_bit_levels(reference, data_range)), of_fused, number)
        for number, reference in enumerate(references, start=1)
    ]
    return float(np.mean(values))


def _divergence(of_source: Shares, of_fused: Shares, number: int) -> float:
    both = (of_source > 0) & (of_fused > 0)
    if not both.any():
        raise ImageValueError(
            f"expected pictures that share at least one of 256 levels, but source {number} and "
            "the fused picture have none in common: their cross entropy is undefined"
        )
    p, q = of_source[both], of_fused[both]
    return float(np.sum(p * np.log2(p / q)))
