"""EN: entropy of the fused picture."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import eight_bit_levels, grey_pictures
from gifnet.metrics.histograms import entropy, shares


def en(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure Shannon's entropy -sum p log2 p of the histogram of 256 levels.

    Args:
        sources: Not used; any number.
        fused: (H, W); values are rounded to 8-bit levels.
        data_range: Largest possible value.

    Returns:
        0 (a constant picture) to 8 bits. Higher counts as better, but it grows with noise and
        stretched contrast, too, and does not see where the pixels are.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Roberts et al. 2008, as in Tang's toolbox.
    """
    _, picture = grey_pictures(sources, fused, data_range=data_range)
    return entropy(shares(eight_bit_levels(picture, data_range)))
