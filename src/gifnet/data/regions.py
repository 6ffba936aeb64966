"""Random regions of a picture: which part of a scene is near."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.float32]


def random_region(generator: np.random.Generator, height: int, width: int) -> Mask:
    """Draw a region with a hard outline that covers a fair part of the picture.

    Args:
        generator: Source of all randomness.
        height: Height in pixels.
        width: Width in pixels.

    Returns:
        (H, W) float32, 1 inside and 0 outside. Layouts: a smooth depth field cut at a level, a
        depth ramp, or one or several object-like outlines; sometimes the complement.
    """
    kind = generator.choice(["field", "ramp", "outlines"], p=[0.45, 0.15, 0.4])
    if kind == "field":
        field = _smooth_field(generator, height, width)
        mask = field > np.quantile(field, generator.uniform(0.3, 0.7))
    elif kind == "ramp":
        mask = _ramp(generator, height, width) > 0
    else:
        mask = _outlines(generator, height, width) > 0
    if generator.random() < 0.5:
        mask = ~mask
    return mask.astype(np.float32)


def _smooth_field(generator: np.random.Generator, height: int, width: int) -> Mask:
    """Depth-like noise: a coarse random grid, enlarged smoothly."""
    cells = int(generator.integers(3, 9))
    grid = generator.standard_normal((cells, cells)).astype(np.float32)
    field = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float32)


def _ramp(generator: np.random.Generator, height: int, width: int) -> Mask:
    """A tilted plane with a slightly wavy front, zero near the picture's middle."""
    angle = generator.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = (rows / height - 0.5) * np.sin(angle) + (columns / width - 0.5) * np.cos(angle)
    waves = _smooth_field(generator, height, width) * generator.uniform(0, 0.1)
    return np.asarray(distance + waves + generator.uniform(-0.25, 0.25), np.float32)


def _outlines(generator: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """One or several ellipses, polygons or wobbly blobs."""
    canvas = np.zeros((height, width), np.uint8)
    side = min(height, width)
    for _ in range(int(generator.integers(1, 5))):
        centre = generator.uniform(0, 1, 2) * (width, height)
        radius = generator.uniform(0.12, 0.45) * side
        corners = int(generator.choice([3, 4, 5, 7, 24]))
        angles = np.sort(generator.uniform(0, 2 * np.pi, corners))
        if corners == 24:  # a round blob, not a polygon
            angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        radii = radius * generator.uniform(0.6, 1.3, corners)
        stretch = generator.uniform(0.5, 1.5, 2)
        points = centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None] * (
            stretch
        )
        cv2.fillPoly(canvas, [points.round().astype(np.int32)], 1)
    return canvas
