"""The next coarser scale of a picture."""

import numpy as np

from gifnet.metrics.arguments import Grey


def halved(picture: Grey) -> Grey:
    """Means of 2x2 pixels; an odd last row or column is repeated.

    Args:
        picture: (H, W).

    Returns:
        (ceil(H / 2), ceil(W / 2)).
    """
    height, width = picture.shape
    if height % 2 or width % 2:
        picture = np.pad(picture, ((0, height % 2), (0, width % 2)), mode="edge")
    rows = picture[::2] + picture[1::2]
    means = rows[:, ::2] + rows[:, 1::2]
    means /= 4
    return means
