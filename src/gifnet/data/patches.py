"""Samples as tensors for the alternating training."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import Dataset

from gifnet.data.samples import JointSampler


class Quadruple(NamedTuple):
    """One scene in four pictures (Sec. 3.2), each (B, 1, P, P) float32 in [0, 1]."""

    visible: Tensor
    infrared: Tensor
    near: Tensor
    far: Tensor


class JointPatches(Dataset[Quadruple]):
    """Random patches of aligned pairs, with focus pairs made on the fly.

    Item ``n`` depends on nothing but the sampler's scenes and seed and ``n``, so that a resumed or
    parallel run draws the very same patches.

    Args:
        sampler: What draws them.
        length: Number of items.
    """

    def __init__(self, sampler: JointSampler, length: int) -> None:
        self.sampler = sampler
        self.length = length

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
