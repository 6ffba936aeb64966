"""Near- and far-focused pictures made from one sharp picture (Sec. 3.2)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.opencv import cv2
from gifnet.data.regions import random_region, smooth_field

Picture = NDArray[np.float32]

LEAST_STRENGTH = 0.8
"""Standard deviation of the weakest blur, in pixels; below it nothing shows."""

LARGEST_STRENGTH = 4.5
"""Standard deviation of the strongest blur, in pixels."""

_LARGEST_SHARE = 1 / 14
"""Largest deviation as a share of the picture's shorter side: a small patch that is blurred more
would be blurred along its outlines in both pictures, and nothing could be learnt from it."""

_LEVELS = (0.2, 0.5, 1.0)
"""Shares of the strength, besides 0, between which a blur that varies by place is interpolated."""

_LITTLE = np.float32(1e-3)


class FocusPair(NamedTuple):
    """Two pictures of one scene, each sharp where the other is blurred."""

    near: Picture
    """(H, W) in [0, 1]."""

    far: Picture
    """(H, W) in [0, 1]."""

    region: Picture
    """(H, W) in [0, 1]: how much of each pixel is near."""


class Lens(NamedTuple):
    """How much is blurred what is out of focus."""

    behind: float
    """Deviation in pixels of what is far, in the near-focused picture."""

    before: float
    """Deviation in pixels of what is near, in the far-focused picture."""

    disk: bool
    """Whether points spread to disks, else to Gaussians."""


def make_focus_pair(generator: np.random.Generator, sharp: Picture) -> FocusPair:
    """Blur complementary regions of a sharp picture.

    Args:
        generator: Source of all randomness.
        sharp: The all-in-focus picture, (H, W) in [0, 1], at least 8 pixels a side.

    Returns:
        The pair, sometimes swapped. Region shape, kernel and strength vary; each side has a
        strength of its own in half of the pairs. The scene is one of: an object before a
        background (two layers), a surface with a soft step, a surface of smooth depth.
    """
    height, width = sharp.shape
    lens = _random_lens(generator, min(height, width))
    scene = generator.choice(["layers", "step", "depth"], p=[0.5, 0.25, 0.25])
    if scene == "depth":
        field = smooth_field(generator, height, width) - generator.uniform(-0.5, 0.5)
        depth = np.clip(field * generator.uniform(0.7, 3), -1, 1).astype(np.float32)
        pair = _surface(sharp, depth, lens)
    else:
        region = random_region(generator, height, width, picture=sharp)
        if scene == "layers":
            pair = _layers(sharp, region, lens)
        else:
            softness = generator.uniform(0.5, 1) * min(lens.behind, lens.before)
            soft = blur(region, softness, disk=False)
            pair = _surface(sharp, np.clip(2 * soft - 1, -1, 1), lens)
    near, far = (np.clip(picture, 0, 1) for picture in (pair.near, pair.far))
    region = np.clip(pair.region, 0, 1)
    if generator.random() < 0.5:  # as an 8-bit file has it
        near, far = _quantise(near), _quantise(far)
    if generator.random() < 0.5:
        near, far, region = far, near, 1 - region
    return FocusPair(near, far, region)


def blur(picture: Picture, strength: float, *, disk: bool) -> Picture:
    """Blur a picture as a lens out of focus does.

    Args:
        picture: (H, W).
        strength: Standard deviation of the point spread along each axis, in pixels.
        disk: Whether the point spreads to a disk (an open aperture) or to a Gaussian.

    Returns:
        (H, W), reflected at the border.
    """
    if disk:
        kernel = disk_kernel(2 * strength)  # a disk of radius r has deviation r / 2 along each axis
        blurred = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    else:
        size = 2 * int(np.ceil(3 * strength)) + 1
        blurred = cv2.GaussianBlur(
            picture, (size, size), strength, borderType=cv2.BORDER_REFLECT_101
        )
    return np.asarray(blurred, np.float32)


def disk_kernel(radius: float) -> Picture:
    """Make a disk with an antialiased edge.

    Args:
        radius: In pixels.

    Returns:
        (K, K) with K odd, summing to 1.
    """
    reach = int(np.ceil(radius))
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _random_lens(generator: np.random.Generator, side: int) -> Lens:
    """Strengths spread evenly in ratio, so that weak and strong blur are equally frequent."""
    largest = max(LEAST_STRENGTH, min(LARGEST_STRENGTH, side * _LARGEST_SHARE))
    behind = float(np.exp(generator.uniform(np.log(LEAST_STRENGTH), np.log(largest))))
    before = behind
    if generator.random() < 0.5:
        before = float(np.clip(behind * generator.uniform(0.6, 1.6), LEAST_STRENGTH, largest))
    return Lens(behind, before, disk=bool(generator.random() < 0.4))


def _layers(sharp: Picture, region: Picture, lens: Lens) -> FocusPair:
    """An object before a background.

    With the focus near, the object's outline stays sharp, up to the lens's own softness, and the
    background behind it blurs without taking the object's brightness along. With the focus far,
    the object spreads over the sharp background along its outline.
    """
    outline = blur(region, 0.5, disk=False)
    behind = _blur_part(sharp, 1 - outline, lens.behind, disk=lens.disk)
    near = outline * sharp + (1 - outline) * behind

    spread = blur(outline, lens.before, disk=lens.disk)
    before = _blur_part(sharp, outline, lens.before, disk=lens.disk)
    # What the thinned rim of the object lets through is background, never the object's own sharp
    # edge, which would show as a double.
    hidden = _blur_part(sharp, 1 - outline, 1.5 * lens.before, disk=False)
    background = outline * hidden + (1 - outline) * sharp
    far = spread * before + (1 - spread) * background
    return FocusPair(near, far, outline)


def _blur_part(sharp: Picture, part: Picture, strength: float, *, disk: bool) -> Picture:
    """Blur one part of a picture as if it went on beyond its outline."""
    weighted = blur(sharp * part, strength, disk=disk)
    weights = np.maximum(blur(part, strength, disk=disk), 0)
    # Far from the part, where nothing of it is left, the picture itself stands in.
    filled = (weighted + _LITTLE * sharp) / (weights + _LITTLE)
    return np.asarray(filled, np.float32)


def _surface(sharp: Picture, depth: Picture, lens: Lens) -> FocusPair:
    """One surface; each picture blurs with the distance from the plane in focus, at depth 0.

    ``depth`` is (H, W) in [-1, 1], positive where near.
    """
    near = _blur_by_place(sharp, np.maximum(-depth, 0), lens.behind, disk=lens.disk)
    far = _blur_by_place(sharp, np.maximum(depth, 0), lens.before, disk=lens.disk)
    return FocusPair(near, far, np.asarray((depth + 1) / 2, np.float32))


def _blur_by_place(sharp: Picture, amount: Picture, strength: float, *, disk: bool) -> Picture:
    """Blur by ``strength`` times ``amount``, (H, W) in [0, 1]."""
    result, weaker, low = sharp.copy(), sharp, 0.0
    for level in _LEVELS:
        stronger = blur(sharp, strength * level, disk=disk)
        share = np.clip((amount - np.float32(low)) / np.float32(level - low), 0, 1)
        result += share * (stronger - weaker)
        weaker, low = stronger, level
    return result


def _quantise(picture: Picture) -> Picture:
    return np.asarray(np.round(picture * 255) / 255, np.float32)
