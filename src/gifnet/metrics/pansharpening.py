"""What the metrics of pansharpening without a truth share: their pictures and the scales."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.metrics.arguments import Bands, Grey, band_pictures, grey_pictures, source_list


def pansharpening_pictures(
    sources: Iterable[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float,
    least_bands: int = 1,
) -> tuple[Bands, Grey, Bands]:
    """Check the pictures of a pansharpening and turn them to float64.

    Args:
        sources: The multispectral (h, w, C) and the panchromatic picture (H, W), H and W being
            the same whole multiple of h and w.
        fused: (H, W, C).
        data_range: Largest possible value, of all pictures.
        least_bands: The fewest bands that the metric can measure.

    Returns:
        The multispectral, the panchromatic and the fused picture.

    Raises:
        ImageValueError: There are not two sources, a picture has another number of axes or
            bands, does not hold real, finite numbers or leaves the range.
        ImageSizeError: The sizes do not fit.
    """
    given = source_list(sources)
    if len(given) != 2:
        raise ImageValueError(
            "expected two sources, the multispectral (h, w, C) and the panchromatic (H, W), "
            f"got {len(given)}"
        )
    _, multispectral = band_pictures([], given[0], data_range=data_range, least_sources=0)
    _, panchromatic = grey_pictures([], given[1], data_range=data_range)
    bands = multispectral.shape[2]
    _, picture = band_pictures([], fused, data_range=data_range, least_sources=0, bands=bands)
    require_bands(multispectral, least_bands)
    if picture.shape[:2] != panchromatic.shape:
        raise ImageSizeError(
            "expected the fused picture to be as large as the panchromatic one, got "
            f"{picture.shape[:2]} and {panchromatic.shape}"
        )
    (low_height, low_width), (height, width) = multispectral.shape[:2], panchromatic.shape
    ratio = height // low_height
    if ratio < 1 or (ratio * low_height, ratio * low_width) != (height, width):
        raise ImageSizeError(
            "expected a panchromatic picture whose sides are the same whole multiple of those of "
            f"the multispectral one, got {(height, width)} and {(low_height, low_width)}"
        )
    return multispectral, panchromatic, picture


def require_bands(picture: Bands, least: int) -> None:
    """Check how many bands there are.

    Raises:
        ImageValueError: There are too few.
    """
    if picture.shape[2] < least:
        raise ImageValueError(f"expected at least {least} bands, got {picture.shape[2]}")


def box_decimated(picture: Grey, size: tuple[int, int]) -> Grey:
    """Bring a picture to a lower resolution: the mean of the pixels that a large pixel covers.

    It is the aperture of an ideal detector, and keeps the pixel grids of both scales aligned.

    Args:
        picture: (H, W), whole multiples of the size.
        size: (h, w).

    Returns:
        (h, w).
    """
    height, width = size
    rows, columns = picture.shape[0] // height, picture.shape[1] // width
    cells = picture.reshape(height, rows, width, columns)
    return np.asarray(cells.mean(axis=(1, 3)), np.float64)
