"""Pairs that hold one picture twice, and drawn pictures: what real pairs teach too little of."""

import numpy as np
from numpy.typing import NDArray

from gifnet.data.compression import compress
from gifnet.data.defocus import FocusPair, blur
from gifnet.data.regions import random_region

Picture = NDArray[np.float32]

MILD_BLUR = (0.5, 1.8)
"""Deviations in pixels, from least to most, of a single picture that wants enhancing."""


def make_single_pair(generator: np.random.Generator, sharp: Picture) -> FocusPair:
    """Give one picture as both sources: a sharp one stays, a slightly blurred one gets sharper.

    Args:
        generator: Source of all randomness.
        sharp: The truth, (H, W) in [0, 1].

    Returns:
        The pair. One pair in seven is the truth itself, as many are the truth compressed, and the
        others blurred, with 8 bits every other time.
    """
    source = sharp
    draw = generator.random()
    if draw < 0.15:
        source = compress(generator, sharp)
    elif draw < 0.85:
        source = np.clip(blur(sharp, generator.uniform(*MILD_BLUR), disk=False), 0, 1)
        if generator.random() < 0.5:
            source = np.asarray(np.round(source * 255) / 255, np.float32)
    return FocusPair(source, source, np.ones_like(sharp))


def draw_shapes(generator: np.random.Generator, side: int) -> Picture:
    """Draw a picture of flat areas with hard or soft edges.

    Args:
        generator: Source of all randomness.
        side: Height and width in pixels.

    Returns:
        (H, W) in [0, 1]: one flat value in a third of the pictures, else two or three, black and
        white among them more often than by chance.
    """
    picture = np.full((side, side), _level(generator), np.float32)
    for _ in range(int(generator.integers(0, 3))):
        region = random_region(generator, side, side)
        if generator.random() < 0.5:
            region = blur(region, generator.uniform(0.4, 1.2), disk=False)
        picture = picture + region * (_level(generator) - picture)
    return np.asarray(np.clip(picture, 0, 1), np.float32)


def _level(generator: np.random.Generator) -> np.float32:
    return np.float32(np.clip(generator.uniform(-0.15, 1.15), 0, 1))
