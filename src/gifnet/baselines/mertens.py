"""Exposure fusion."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, grey_sources, within_range


def mertens(sources: Sequence[NDArray[Any]]) -> Picture:
    """Fuse exposures by their contrast and how well they are exposed, in OpenCV's pyramids.

    The sources go in as one channel, as which OpenCV leaves the saturation out. As three equal
    channels they would have no saturation, which is a factor of the weights, and rounding alone
    would decide.

    Args:
        sources: At least two, (H, W), floating point, 0 to 1, at least 5x5.

    Returns:
        (H, W), 0 to 1; values beyond, which blended pyramids give, are cut off.

    Raises:
        EvaluationError, ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Mertens, Kautz and Van Reeth, "Exposure fusion", Pacific Graphics 2007.
    """
    cv2 = opencv("mertens")
    # OpenCV divides by 255 whatever the type
    pictures = [picture * np.float32(255) for picture in grey_sources(sources)]
    return within_range(cv2.createMergeMertens().process(pictures))
