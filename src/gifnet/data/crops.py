"""Random patches of scenes: which scene, where, at which scale, which way up."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.folders import Luma, Scene
from gifnet.data.opencv import cv2
from gifnet.errors import DataError

Picture = NDArray[np.float32]

DULL = 0.06
"""Standard deviations below it make a patch likely to be passed over where that is asked for."""

_ATTEMPTS = 4


class Crop(NamedTuple):
    """The same area of a scene's pictures, each (P, P) float32 in [0, 1]."""

    visible: Picture
    infrared: Picture | None
    """None for a scene of a single picture."""


class SceneCrops:
    """Cuts random, flipped and turned patches out of scenes.

    Args:
        scenes: Scenes to draw from.
        patch: Side of a patch, in pixels.
        weights: How often each scene is drawn, relative; equally by default.
        scales: A patch covers ``patch * scale`` pixels of the picture, for a random one of these
            that fits.

    Raises:
        DataError: There is no scene, or one is smaller than a patch.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        *,
        patch: int,
        weights: Sequence[float] | None = None,
        scales: Sequence[int] = (1,),
    ) -> None:
        if not scenes:
            raise DataError("expected at least one scene to train on, found none")
        for scene in scenes:
            if min(scene.visible.shape) < patch:
                raise DataError(
                    f"expected pictures of at least {patch}x{patch} pixels (the patch size), got "
                    f"{scene.visible.shape[1]}x{scene.visible.shape[0]} in {scene.name}: leave it "
                    "out or choose smaller patches"
                )
        self.scenes = scenes
        self.patch = patch
        self.scales = tuple(scales)
        shares = np.ones(len(scenes)) if weights is None else np.asarray(weights, np.float64)
        self._cumulative = np.cumsum(shares / shares.sum())

    def cut(self, generator: np.random.Generator) -> Crop:
        """Cut one patch.

        Args:
            generator: Source of all randomness.
        """
        index = int(np.searchsorted(self._cumulative, generator.random(), side="right"))
        scene = self.scenes[min(index, len(self.scenes) - 1)]
        if scene.infrared is None:
            return Crop(self._cut_from(generator, [scene.visible])[0], None)
        return Crop(*self._cut_from(generator, [scene.visible, scene.infrared]))

    def cut_lively(self, generator: np.random.Generator) -> Crop:
        """Cut one patch, rarely one that shows nearly nothing.

        Args:
            generator: Source of all randomness.

        Returns:
            A patch of which a picture deviates by more than a random limit below ``DULL``, or
            after some attempts any patch.
        """
        crop = self.cut(generator)
        for _ in range(_ATTEMPTS - 1):
            liveliest = max(p.std() for p in crop if p is not None)
            if liveliest > generator.uniform(0, DULL):
                break
            crop = self.cut(generator)
        return crop

    def _cut_from(self, generator: np.random.Generator, pictures: list[Luma]) -> list[Picture]:
        height, width = pictures[0].shape
        fitting = [s for s in self.scales if s * self.patch <= min(height, width)]
        side = self.patch * int(generator.choice(fitting or [1]))
        top = int(generator.integers(0, height - side + 1))
        left = int(generator.integers(0, width - side + 1))
        turns, flip = int(generator.integers(0, 4)), bool(generator.integers(0, 2))
        patches: list[Picture] = []
        for picture in pictures:
            cut = np.asarray(picture[top : top + side, left : left + side], np.float32) / 255
            if side != self.patch:
                cut = np.asarray(
                    cv2.resize(cut, (self.patch, self.patch), interpolation=cv2.INTER_AREA),
                    np.float32,
                )
            cut = np.rot90(cut, turns)
            patches.append(np.ascontiguousarray(np.fliplr(cut) if flip else cut))
        return patches


def vary_tone(generator: np.random.Generator, picture: Picture) -> Picture:
    """Random gamma, gain and offset that keep the picture inside [0, 1].

    Args:
        generator: Source of all randomness.
        picture: (H, W) in [0, 1].

    Returns:
        (H, W) in [0, 1]; half of the pictures stay as they are.
    """
    if generator.random() < 0.5:
        return picture
    varied = picture ** np.float32(np.exp(generator.uniform(-0.5, 0.5)))
    low, high = sorted(generator.uniform(0, 1, 2))
    if high - low < 0.5:
        low, high = 0.0, 1.0
    return np.asarray(low + varied * (high - low), np.float32)
