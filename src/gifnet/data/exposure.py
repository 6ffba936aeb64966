"""Over- and under-exposed pictures made from one well exposed picture."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.defocus import FocusPair

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


def photography_maker(
    make_focus: Callable[[np.random.Generator, Picture], FocusPair], exposure: float
) -> Callable[[np.random.Generator, Picture], FocusPair]:
    """Choose what makes the two pictures of the DP task, for ablations (D21).

    Args:
        make_focus: Makes focus pairs.
        exposure: Share of the pairs that are exposures instead, over-exposed in the place of near.

    Returns:
        ``make_focus`` itself where that share is 0, so that it draws what it always did.
    """
    if exposure == 0:
        return make_focus

    def make(generator: np.random.Generator, scene: Picture) -> FocusPair:
        if generator.random() >= exposure:
            return make_focus(generator, scene)
        over, under = make_exposure_pair(generator, scene)
        return FocusPair(over, under, np.full_like(scene, 0.5))

    return make


def _expose(light: Picture, stops: float) -> Picture:
    stored = np.clip(light * np.float32(2**stops), 0, 1) ** np.float32(1 / _GAMMA)
    return np.asarray(np.round(stored * 255) / 255, np.float32)
