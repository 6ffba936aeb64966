"""Over- and under-exposed pictures made from one well exposed picture."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

OVER = (0.5, 3.0)
"""Stops that an over-exposed picture is brighter, from least to most."""

UNDER = (0.5, 3.5)
"""Stops that an under-exposed picture is darker."""

_GAMMA = 2.2
"""Stored values are light to the power of 1 / 2.2, as most cameras have it."""


class ExposurePair(NamedTuple):
    """Two exposures of a scene, each (H, W) in [0, 1], rounded to 8 bits as files have them."""

    over: Picture
    under: Picture


def make_exposure_pair(generator: np.random.Generator, scene: Picture) -> ExposurePair:
    """Expose a scene too long and too short.

    Args:
        generator: Source of all randomness.
        scene: (H, W) in [0, 1].
    """
    light = scene ** np.float32(_GAMMA)
    return ExposurePair(
        _expose(light, generator.uniform(*OVER)), _expose(light, -generator.uniform(*UNDER))
    )


def _expose(light: Picture, stops: float) -> Picture:
    stored = np.clip(light * np.float32(2**stops), 0, 1) ** np.float32(1 / _GAMMA)
    return np.asarray(np.round(stored * 255) / 255, np.float32)
