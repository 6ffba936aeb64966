"""Samples of the joint data set as arrays, each determined by the seed and its number alone."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gifnet.data.crops import SceneCrops, vary_tone
from gifnet.data.defocus import FocusPair, Picture, make_focus_pair


class JointSample(NamedTuple):
    """One scene in four pictures, and where it is near; each (P, P) float32 in [0, 1]."""

    visible: Picture
    infrared: Picture
    near: Picture
    far: Picture
    region: Picture


class JointSampler:
    """Draws patches of aligned pairs, with focus pairs made on the fly.

    Args:
        crops: Where patches come from. For a scene without infrared the visible patch is given in
            its place.
        seed: Seed of everything random.
        augment: Whether gain and gamma vary.
        make_pair: Makes a near- and a far-focused picture of a sharp one.
    """

    def __init__(
        self,
        crops: SceneCrops,
        *,
        seed: int,
        augment: bool = False,
        make_pair: Callable[[np.random.Generator, Picture], FocusPair] = make_focus_pair,
    ) -> None:
        self.crops = crops
        self.make_pair = make_pair
        self.seed = seed
        self.augment = augment

    def sample(self, number: int) -> JointSample:
        """Draw one sample.

        Args:
            number: At least 0; with the scenes and the seed it decides everything.
        """
        generator = np.random.default_rng([self.seed, number])
        visible, infrared = self.crops.cut(generator)
        if self.augment:
            visible = vary_tone(generator, visible)
            infrared = None if infrared is None else vary_tone(generator, infrared)
        pair = self.make_pair(generator, visible)
        other = visible if infrared is None else infrared
        return JointSample(visible, other, pair.near, pair.far, pair.region)
