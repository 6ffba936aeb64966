"""NMI: normalised mutual information of the sources and the fused picture."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import eight_bit_levels, grey_pictures
from gifnet.metrics.histograms import entropy, information_from, joint_shares, shares


def nmi(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the sum over the sources S of 2 I(S, F) / (H(S) + H(F)), 256 levels.

    Liu's code stretches each picture to 0..255 first; that moves distinct 8-bit levels to distinct
    levels, so the value is the same without it.

    Args:
        sources: (H, W) each, any number (two in the literature).
        fused: (H, W); values are rounded to 8-bit levels.
        data_range: Largest possible value.

    Returns:
        0 to the number of sources, higher is better. A copy of one source gets at least 1.

    Raises:
        ImageValueError: A source and the fused picture are both constant: they hold no
            information that could be shared.
        ImageSizeError: The pictures cannot be measured.

    Source: Hossny et al. 2008, as in Liu et al. 2012 (Q_MI) and MEFB.
    """
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    levels = eight_bit_levels(picture, data_range)
    entropy_fused = entropy(shares(levels))
    total = 0.0
    for number, reference in enumerate(references, start=1):
        others = eight_bit_levels(reference, data_range)
        entropy_source = entropy(shares(others))
        if entropy_source + entropy_fused == 0:
            raise ImageValueError(
                f"expected pictures with two levels or more, but source {number} and the fused "
                "picture are constant: their normalised mutual information is undefined"
            )
        joint = joint_shares(others, levels)
        information = information_from(entropy_source, entropy_fused, joint)
        total += 2 * information / (entropy_source + entropy_fused)
    return total
