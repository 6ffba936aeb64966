"""Pictures as another sensor might show a scene, for pairs of kinds that no training set has."""

import numpy as np
from numpy.typing import NDArray

from gifnet.data.crops import vary_tone
from gifnet.data.defocus import blur
from gifnet.data.regions import random_region

Picture = NDArray[np.float32]

STRONGEST_BLUR = 3.0
"""Deviation in pixels; positron emission, say, is far coarser than magnetic resonance."""


def another_look(generator: np.random.Generator, picture: Picture) -> Picture:
    """Show a picture as another sensor might: other tones, coarser, with nothing in places.

    Args:
        generator: Source of all randomness.
        picture: (H, W) in [0, 1].

    Returns:
        (H, W) in [0, 1]. Half of them are inverted, half of them blurred, and in four of ten a
        random part is black.
    """
    look = 1 - picture if generator.random() < 0.5 else picture
    look = vary_tone(generator, look)
    if generator.random() < 0.5:
        look = blur(look, generator.uniform(0.5, STRONGEST_BLUR), disk=False)
    if generator.random() < 0.4:
        region = random_region(generator, *picture.shape)
        look = look * blur(region, 0.7, disk=False)
    return np.asarray(np.clip(look, 0, 1), np.float32)
