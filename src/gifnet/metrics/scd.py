"""SCD: sum of the correlations of differences."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import Grey, eight_bit_levels, grey_pictures, positive_range
from gifnet.metrics.compat import require_known
from gifnet.metrics.correlation import correlation, is_constant


def scd(
    sources: Sequence[NDArray[Any]],
    fused: NDArray[Any],
    *,
    data_range: float = 255,
    compat: Literal["uint8"] | None = None,
) -> float:
    """Measure r(F - B, A) + r(F - A, B), r being Pearson's correlation.

    What the fused picture has beyond one source should look like the other source. Where it has
    nothing beyond a source (F - B is constant), nothing came from the other: that term is 0.

    Args:
        sources: Two, (H, W) each; their order does not matter.
        fused: (H, W).
        data_range: Largest possible value.
        compat: "uint8" for the values of code that subtracts 8-bit pictures, which turns all
            differences below 0 to 0; some papers' tables were made like that.

    Returns:
        -2 to 2, higher is better. A sum of the sources gets a high value however unnatural it is.

    Raises:
        ImageValueError: A source is constant, so that its correlation is undefined.
        ImageSizeError: The pictures cannot be measured.
        SettingError: No such ``compat``.

    Source: Aslantas and Bendes 2015.
    """
    require_known(compat, "uint8")
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=2, most_sources=2
    )
    limit = positive_range(data_range)
    if compat == "uint8":
        first, second, picture = (
            eight_bit_levels(each, limit).astype(np.float64) for each in (*references, picture)
        )
        limit = 255.0
    else:
        first, second = references
    for number, source in enumerate((first, second), start=1):
        if is_constant(source, limit):
            raise ImageValueError(
                f"expected pictures with contrast, but source {number} is constant: "
                "the correlation with it is undefined"
            )
    saturates = compat == "uint8"
    return _term(picture, second, first, limit, saturates=saturates) + _term(
        picture, first, second, limit, saturates=saturates
    )


def scd_uint8(
    sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255
) -> float:
    """Measure ``scd`` with saturating differences: ``scd(..., compat="uint8")``."""
    return scd(sources, fused, data_range=data_range, compat="uint8")


def _term(picture: Grey, without: Grey, like: Grey, limit: float, *, saturates: bool) -> float:
    difference = picture - without
    if saturates:
        np.maximum(difference, 0, out=difference)
    return 0.0 if is_constant(difference, limit) else correlation(difference, like)
