"""QNR: quality of a pansharpened picture with no reference."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from gifnet.metrics.arguments import source_list
from gifnet.metrics.d_lambda import d_lambda
from gifnet.metrics.d_s import d_s


def qnr(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure (1 - D_lambda)(1 - D_s), the exponents alpha and beta being 1.

    Args:
        sources: The multispectral (h, w, C), at least 2 bands, and the panchromatic picture
            (H, W), H and W being the same whole multiple of h and w.
        fused: (H, W, C).
        data_range: Checked only: sources and fused picture have to share their range, whatever
            it is.

    Returns:
        At most 1, in practice at least 0; higher is less distorted.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Alparone et al., "Multispectral and panchromatic data fusion assessment without
    reference", Photogrammetric Engineering & Remote Sensing 74(2), 2008.
    """
    pictures = source_list(sources)
    spectral = d_lambda(pictures, fused, data_range=data_range)
    spatial = d_s(pictures, fused, data_range=data_range)
    return (1 - spectral) * (1 - spatial)
