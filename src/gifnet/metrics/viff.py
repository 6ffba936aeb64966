"""VIFF: visual information fidelity for fusion."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.pixel_vif import LEAST_SIDE, information_of_scales, require_structure

_NOISE = 0.005 * 255**2
_WEIGHTS = np.array([1, 0, 0.15, 1]) / 2.15
# the published 1e-7 stands beside decimal logarithms, ours are natural
_LEAST_INFORMATION = 1e-7 * np.log(10)


def viff(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the information kept over the information held, each window by one source only.

    Where the gains are g1 < g2, source 1 counts for the window, otherwise source 2: the one that
    went into the fused picture with the lesser weight. The ratios of the four scales are weighted
    with (1, 0, 0.15, 1) / 2.15. The noise of the eye has variance 0.005 * 255^2, and every window
    holds and keeps 1e-7 (decimal logarithms) at least. So does the published code, and its results
    are what papers report.

    Args:
        sources: (H, W), two of them, none constant.
        fused: (H, W), at least 41x41.
        data_range: Largest possible value; the pictures are scaled to 255.

    Returns:
        At least 0, higher is better; 1 for equal pictures, and more for a fused picture with more
        contrast than the sources have. Exchanging the sources changes it only where both gains are
        equal, as in windows that neither of them went into.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Han et al. 2013, doi:10.1016/j.inffus.2011.08.002, as published; MEFB calls it VIF.
    Colour pictures go in as L of L*a*b* there.
    """
    references, picture = grey_pictures(
        sources,
        fused,
        data_range=data_range,
        least_sources=2,
        most_sources=2,
        least_side=LEAST_SIDE,
    )
    scale = 255 / positive_range(data_range)
    references, picture = [source * scale for source in references], picture * scale
    require_structure(references)
    ratios = []
    for first, second in information_of_scales(references, picture, _NOISE):
        is_first = first.gain < second.gain
        kept = np.where(is_first, first.kept, second.kept) + _LEAST_INFORMATION
        held = np.where(is_first, first.held, second.held) + _LEAST_INFORMATION
        ratios.append(kept.sum() / held.sum())
    return float(np.dot(_WEIGHTS, ratios))
