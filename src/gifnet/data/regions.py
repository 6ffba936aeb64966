"""Random regions of a picture: which part of a scene is near."""

import numpy as np
from numpy.typing import NDArray

from gifnet.data.opencv import cv2

Mask = NDArray[np.float32]

LEAST_COVERAGE = 0.08
"""A region covers at least this share of the picture, and at most all but this share."""

_ATTEMPTS = 20


def random_region(
    generator: np.random.Generator, height: int, width: int, *, picture: Mask | None = None
) -> Mask:
    """Draw a region with a hard outline that covers a fair part of the picture.

    Args:
        generator: Source of all randomness.
        height: Height in pixels, at least 8.
        width: Width in pixels, at least 8.
        picture: (H, W) in [0, 1]; with it, some of the regions follow what the picture shows, as
            the outlines of real objects do.

    Returns:
        (H, W) float32, 1 inside and 0 outside. Layouts: a smooth depth field cut at a level, a
        depth ramp, one or several object-like outlines, the picture's own shapes; sometimes the
        complement.
    """
    for _ in range(_ATTEMPTS):
        mask = _any_layout(generator, height, width, picture)
        if LEAST_COVERAGE <= mask.mean() <= 1 - LEAST_COVERAGE:
            break
    else:
        mask = _upper_part(smooth_field(generator, height, width), 0.5)
    if generator.random() < 0.5:
        mask = ~mask
    return mask.astype(np.float32)


def smooth_field(generator: np.random.Generator, height: int, width: int) -> Mask:
    """Draw depth-like noise: a coarse random grid, enlarged smoothly, often with finer detail.

    Args:
        generator: Source of all randomness.
        height: Height in pixels.
        width: Width in pixels.

    Returns:
        (H, W) float32 with mean 0 and standard deviation 1.
    """
    cells = int(generator.choice([2, 3, 4, 5, 6], p=[0.2, 0.25, 0.25, 0.15, 0.15]))
    field = _noise(generator, cells, height, width)
    if generator.random() < 0.3:  # a rough outline, as of leaves
        field = field + np.float32(0.25) * _noise(generator, 4 * cells, height, width)
    return _standardise(field)


def _any_layout(
    generator: np.random.Generator, height: int, width: int, picture: Mask | None
) -> NDArray[np.bool_]:
    kind = generator.choice(["field", "ramp", "outlines", "content"], p=[0.3, 0.15, 0.35, 0.2])
    if kind == "ramp":
        return _ramp(generator, height, width) > 0
    if kind == "outlines":
        return _outlines(generator, height, width) > 0
    field = smooth_field(generator, height, width)
    if kind == "content" and picture is not None:
        return _content(generator, field, picture)
    return _upper_part(field, generator.uniform(0.3, 0.7))


def _upper_part(field: Mask, share: float) -> NDArray[np.bool_]:
    return np.asarray(field > np.quantile(field, share))


def _noise(generator: np.random.Generator, cells: int, height: int, width: int) -> Mask:
    grid = generator.standard_normal((cells, cells)).astype(np.float32)
    field = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float32)


def _standardise(field: Mask, least: float = 1e-6) -> Mask:
    return np.asarray((field - field.mean()) / (field.std() + least), np.float32)


def _ramp(generator: np.random.Generator, height: int, width: int) -> Mask:
    """A tilted plane with a slightly wavy front, zero near the picture's middle."""
    angle = generator.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = (rows / height - 0.5) * np.sin(angle) + (columns / width - 0.5) * np.cos(angle)
    waves = smooth_field(generator, height, width) * generator.uniform(0, 0.08)
    return np.asarray(distance + waves + generator.uniform(-0.25, 0.25), np.float32)


def _content(generator: np.random.Generator, field: Mask, picture: Mask) -> NDArray[np.bool_]:
    """The bright or dark things of the picture, where a depth field lets them be."""
    smoothed = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)
    # The least deviation keeps the noise of a dark, flat picture from drawing the outline.
    content = _standardise(smoothed, least=0.02)
    mask = _upper_part(content + field, generator.uniform(0.3, 0.7))
    return np.asarray(cv2.medianBlur(mask.astype(np.uint8), 5) > 0)


def _outlines(generator: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """One or several polygons or round blobs."""
    canvas = np.zeros((height, width), np.uint8)
    side = min(height, width)
    count = int(generator.integers(1, 5))
    for _ in range(count):
        centre = generator.uniform(0.1, 0.9, 2) * (width, height)
        radius = generator.uniform(0.2, 0.5) * side / np.sqrt(count) * 1.2
        angles, radii = _polygon(generator) if generator.random() < 0.4 else _blob(generator)
        stretch = np.exp(generator.uniform(-0.4, 0.4))
        circle = np.stack([np.cos(angles) * stretch, np.sin(angles) / stretch], axis=1)
        turned = circle * (radius * radii[:, None]) @ _rotation(generator)
        cv2.fillPoly(canvas, [(centre + turned).round().astype(np.int32)], 1)
    return canvas


def _polygon(generator: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles and radii of a polygon without splinters."""
    corners = int(generator.integers(3, 8))
    steps = np.arange(corners) + generator.uniform(-0.3, 0.3, corners)
    return 2 * np.pi * steps / corners, generator.uniform(0.7, 1.2, corners)


def _blob(generator: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles and radii of a round outline with a few smooth waves."""
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    radii = np.ones_like(angles)
    for waves in range(2, 6):
        phase = generator.uniform(0, 2 * np.pi)
        radii += generator.uniform(0, 0.5 / waves) * np.cos(waves * angles + phase)
    return angles, radii


def _rotation(generator: np.random.Generator) -> NDArray[np.float64]:
    angle = generator.uniform(0, 2 * np.pi)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
