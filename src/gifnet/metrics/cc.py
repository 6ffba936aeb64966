"""CC: correlation coefficient of the sources and the fused picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import grey_pictures, positive_range
from gifnet.metrics.correlation import correlation, is_constant


def cc(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean over the sources of Pearson's correlation with the fused picture.

    Args:
        sources: (H, W) each, any number.
        fused: (H, W).
        data_range: Largest possible value; only what counts as constant depends on it.

    Returns:
        -1 to 1, higher is better. The mean of the sources gets a high value whatever it loses.

    Raises:
        ImageValueError: A picture is constant, so that its correlation is undefined.
        ImageSizeError: The pictures cannot be measured.

    Source: Deshmukh and Bhosale 2010, as in Tang's toolbox.
    """
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    names = (*(f"source {n}" for n in range(1, len(references) + 1)), "the fused picture")
    for name, each in zip(names, (*references, picture), strict=True):
        if is_constant(each, positive_range(data_range)):
            raise ImageValueError(
                f"expected pictures with contrast, but {name} is constant: "
                "the correlation with it is undefined"
            )
    return float(np.mean([correlation(reference, picture) for reference in references]))
