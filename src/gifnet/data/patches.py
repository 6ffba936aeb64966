"""Patches as tensors for the alternating training."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import Dataset

from gifnet.data.folders import Scene
from gifnet.data.samples import JointSampler


class Quadruple(NamedTuple):
    """One scene in four pictures (Sec. 3.2), each (B, 1, P, P) float32 in [0, 1]."""

    visible: Tensor
    infrared: Tensor
    near: Tensor
    far: Tensor


class JointPatches(Dataset[Quadruple]):
    """Random patches of aligned pairs, with focus pairs made on the fly.

    Item ``n`` depends on nothing but the scenes, the seed and ``n``, so that a resumed or
    parallel run draws the very same patches.

    Args:
        scenes: As of ``JointSampler``, like the other arguments.
        weights: How often each scene is drawn, relative; equally by default.
        patch: Side of a patch, in pixels.
        seed: Seed of everything random.
        length: Number of items.
        scales: Sides of the area that a patch shows, in patches.
        augment: Whether gain and gamma vary.
        single: Share of samples whose focus pair is one picture twice.
        drawn: Share of samples that are drawn shapes instead of a scene.

    Raises:
        DataError: There is no scene, or one is smaller than a patch.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        *,
        patch: int,
        seed: int,
        length: int,
        weights: Sequence[float] | None = None,
        scales: Sequence[int] = (1,),
        augment: bool = False,
        single: float = 0.0,
        drawn: float = 0.0,
    ) -> None:
        self.length = length
        self.sampler = JointSampler(
            scenes,
            patch=patch,
            seed=seed,
            weights=weights,
            scales=scales,
            augment=augment,
            single=single,
            drawn=drawn,
        )

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, number: int) -> Quadruple:
        """Make one quadruple.

        Args:
            number: 0 to ``length`` - 1.

        Returns:
            Four pictures, (1, P, P) each.
        """
        if not 0 <= number < self.length:
            raise IndexError(number)
        sample = self.sampler.sample(number)
        pictures = (sample.visible, sample.infrared, sample.near, sample.far)
        return Quadruple(*(torch.from_numpy(picture)[None] for picture in pictures))
