"""Figures that show whether the 8x8 windows of the attention are seen in a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW = 8
PHASES = (0, 4)
"""Where windows meet: those of the plain and of the shifted blocks, in pixels modulo 8."""
_COMPARED = [2, 6]
"""Inside both kinds of windows, and even: a source that was enlarged twofold has a grid of two
pixels, which would pass for a pattern of windows beside the odd places."""
_FLOOR = 0.1 / 255
"""Gradients far below what anyone sees count as equal."""

Floats = NDArray[np.floating]


def edge_excess(picture: Floats) -> list[float]:
    """How much stronger gradients are where windows meet than at other places.

    Args:
        picture: (H, W) in [0, 1], at least 32x32.

    Returns:
        For each of ``PHASES`` the excess as a share: 0.1 is 10 % stronger. 0 without a pattern,
        up to some percent of chance in small pictures. The mean profiles of |gradient| along
        rows and columns are divided by their means over two windows first, so that what the
        picture shows counts little.
    """
    values = np.asarray(picture, np.float64)
    profiles = [_by_phase(values, axis) for axis in (0, 1)]
    excess = []
    for phase in PHASES:
        excess.append(float(np.mean([p[phase] / p[_COMPARED].mean() - 1 for p in profiles])))
    return excess


def excess_beyond(fused: Floats, sources: list[Floats]) -> list[float]:
    """How much more a fused picture's gradients differ where windows meet than its sources' do.

    Args:
        fused: (H, W) in [0, 1].
        sources: Of that size; the larger difference counts (JPEG blocks have one).

    Returns:
        For each of ``PHASES`` the size of the excess less that of the sources: weaker gradients
        where windows meet are a pattern as stronger ones are.
    """
    own = np.abs([edge_excess(source) for source in sources]).max(axis=0)
    beyond = np.abs(edge_excess(fused)) - own
    return [float(value) for value in beyond]


def tile_amplitude(picture: Floats) -> float:
    """The height of the pattern that repeats with the windows, for drawn smooth pictures.

    Args:
        picture: (H, W) in [0, 1], without texture of its own, at least 48x48.

    Returns:
        Difference between the lightest and the darkest pixel of the mean 8x8 tile, in levels of
        255; what is smoother than a tile is taken away first.
    """
    values = np.asarray(picture, np.float64) * 255
    # The mean over a whole period flattens the pattern and leaves the rest; a box of 8 lies half
    # a pixel off, which two boxes of opposite anchors mend.
    box = np.full((WINDOW, WINDOW), 1 / WINDOW**2)
    smooth = [
        cv2.filter2D(values, cv2.CV_64F, box, anchor=anchor, borderType=cv2.BORDER_REFLECT)
        for anchor in ((3, 3), (4, 4))
    ]
    rough = (values - (smooth[0] + smooth[1]) / 2)[2 * WINDOW : -2 * WINDOW, :]
    rough = rough[:, 2 * WINDOW : -2 * WINDOW]
    height, width = (WINDOW * (length // WINDOW) for length in rough.shape)
    # (H, W) -> (rows of tiles, 8, columns of tiles, 8)
    tiles = rough[:height, :width].reshape(height // WINDOW, WINDOW, width // WINDOW, WINDOW)
    return float(np.ptp(tiles.mean(axis=(0, 2))))


def _by_phase(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Mean relative |gradient| between pixel i-1 and i for each i modulo 8, (8,)."""
    profile = np.abs(np.diff(values, axis=axis)).mean(axis=1 - axis) + _FLOOR
    around = np.convolve(np.pad(profile, WINDOW, mode="reflect"), _BOX, mode="valid")
    relative = profile / around[: len(profile)]
    position = (np.arange(len(profile)) + 1) % WINDOW
    return np.array([relative[position == phase].mean() for phase in range(WINDOW)])


_BOX = np.full(2 * WINDOW, 1 / (2 * WINDOW))
