"""Near- and far-focused pictures made from one sharp picture (Sec. 3.2)."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gifnet.data.regions import random_region

Picture = NDArray[np.float32]


class FocusPair(NamedTuple):
    """Two pictures of one scene, each sharp where the other is blurred."""

    near: Picture
    """(H, W) in [0, 1]."""

    far: Picture
    """(H, W) in [0, 1]."""

    region: Picture
    """(H, W) in [0, 1]: how much of each pixel is near."""


def make_focus_pair(generator: np.random.Generator, sharp: Picture) -> FocusPair:
    """Blur complementary regions of a sharp picture.

    Args:
        generator: Source of all randomness.
        sharp: The all-in-focus picture, (H, W) in [0, 1].

    Returns:
        The pair, sometimes swapped. Region shape, kernel and strength vary; each side has a
        strength of its own in half of the pairs.
    """
    height, width = sharp.shape
    region = random_region(generator, height, width)
    strength = float(generator.choice([generator.uniform(0.7, 2.0), generator.uniform(1.5, 4.0)]))
    other = strength * generator.uniform(0.6, 1.6) if generator.random() < 0.5 else strength
    disk = bool(generator.random() < 0.4)
    if generator.random() < 0.5:
        near, far, region = _lens(sharp, region, strength, other, disk=disk)
    else:
        near, far, region = _blend(sharp, region, strength, other, disk=disk)
    if generator.random() < 0.5:  # as an 8-bit file has it
        near, far = _quantise(near), _quantise(far)
    if generator.random() < 0.5:
        near, far, region = far, near, 1 - region
    return FocusPair(near, far, region)


def blur(picture: Picture, strength: float, *, disk: bool) -> Picture:
    """Blur a picture as a lens out of focus does.

    Args:
        picture: (H, W).
        strength: Standard deviation of the point spread, in pixels.
        disk: Whether the point spreads to a disk (an open aperture) or to a Gaussian.

    Returns:
        (H, W), reflected at the border.
    """
    if disk:
        kernel = _disk(2 * strength)  # a disk of radius r has deviation r / 2 along each axis
        blurred = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    else:
        size = 2 * int(np.ceil(3 * strength)) + 1
        blurred = cv2.GaussianBlur(
            picture, (size, size), strength, borderType=cv2.BORDER_REFLECT_101
        )
    return np.asarray(blurred, np.float32)


def _lens(
    sharp: Picture, region: Picture, strength: float, other: float, *, disk: bool
) -> tuple[Picture, Picture, Picture]:
    """Two layers in front of each other.

    With the focus far, the near object spreads over the sharp background along its outline.
    With the focus near, its outline stays sharp, up to the lens's own softness.
    """
    outline = blur(region, 0.5, disk=False)
    near = outline * sharp + (1 - outline) * blur(sharp, strength, disk=disk)
    spread = blur(region, other, disk=disk)
    # What the object would show of itself, extended past its outline so as not to darken there.
    inside = blur(sharp * region, other, disk=disk) / np.maximum(spread, 1e-3)
    far = spread * np.clip(inside, 0, 1) + (1 - spread) * sharp
    return near, np.asarray(far, np.float32), outline


def _blend(
    sharp: Picture, region: Picture, strength: float, other: float, *, disk: bool
) -> tuple[Picture, Picture, Picture]:
    """One layer with a soft boundary: both pictures pass over from sharp to blurred."""
    soft = blur(region, min(strength, other), disk=False)
    near = soft * sharp + (1 - soft) * blur(sharp, strength, disk=disk)
    far = (1 - soft) * sharp + soft * blur(sharp, other, disk=disk)
    return near, far, soft


def _disk(radius: float) -> Picture:
    """A disk with an antialiased edge, summing to 1."""
    reach = int(np.ceil(radius))
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _quantise(picture: Picture) -> Picture:
    return np.asarray(np.round(picture * 255) / 255, np.float32)
