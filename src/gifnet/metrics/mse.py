"""MSE: mean squared error."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures, positive_range


def mse(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure the mean over the sources S of mean((S - F)^2), the values being on [0, 1].

    Args:
        sources: (H, W) each, any number; the truth alone for the MSE against the truth.
        fused: (H, W).
        data_range: Largest possible value, which becomes 1.

    Returns:
        0 (equal pictures) to 1, lower is nearer. Between unlike sources, their mean has the least.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: the textbook definition, as in Tang's toolbox.
    """
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    errors = [_mean_square(reference - picture) for reference in references]
    return float(np.mean(errors) / positive_range(data_range) ** 2)


def _mean_square(difference: Grey) -> float:
    return float(np.vdot(difference, difference) / difference.size)
