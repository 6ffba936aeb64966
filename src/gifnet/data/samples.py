"""Random patches as arrays, each determined by the seed and its number alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.defocus import make_focus_pair
from gifnet.data.folders import Luma, Scene
from gifnet.data.opencv import cv2
from gifnet.data.single import draw_shapes, make_single_pair
from gifnet.errors import DataError

Picture = NDArray[np.float32]


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
        scenes: Scenes to draw from. For a scene without infrared the visible picture is given
            in its place.
        weights: How often each scene is drawn, relative; equally by default.
        patch: Side of a patch, in pixels.
        seed: Seed of everything random.
        scales: A patch covers ``patch * scale`` pixels of the picture, for a random one of these.
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
        weights: Sequence[float] | None = None,
        scales: Sequence[int] = (1,),
        augment: bool = False,
        single: float = 0.0,
        drawn: float = 0.0,
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
        self.seed = seed
        self.scales = tuple(scales)
        self.augment = augment
        self.single = single
        self.drawn = drawn
        shares = np.ones(len(scenes)) if weights is None else np.asarray(weights, np.float64)
        self._cumulative = np.cumsum(shares / shares.sum())

    def sample(self, number: int) -> JointSample:
        """Draw one sample.

        Args:
            number: At least 0; with the scenes and the seed it decides everything.
        """
        generator = np.random.default_rng([self.seed, number])
        index = int(np.searchsorted(self._cumulative, generator.random(), side="right"))
        scene = self.scenes[min(index, len(self.scenes) - 1)]
        infrared = scene.visible if scene.infrared is None else scene.infrared
        visible, infrared_patch = self._crop(generator, [scene.visible, infrared])
        if self.augment:
            visible = _vary(generator, visible)
            infrared_patch = _vary(generator, infrared_patch)
        if scene.infrared is None:
            infrared_patch = visible
        if generator.random() < self.drawn:
            visible = infrared_patch = draw_shapes(generator, self.patch)
        make_pair = make_single_pair if generator.random() < self.single else make_focus_pair
        pair = make_pair(generator, visible)
        return JointSample(visible, infrared_patch, pair.near, pair.far, pair.region)

    def _crop(self, generator: np.random.Generator, pictures: list[Luma]) -> list[Picture]:
        """Cut the same random, flipped and turned patch out of each picture."""
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


def _vary(generator: np.random.Generator, picture: Picture) -> Picture:
    """Random gamma, gain and offset that keep the picture inside [0, 1]."""
    if generator.random() < 0.5:
        return picture
    varied = picture ** np.float32(np.exp(generator.uniform(-0.5, 0.5)))
    low, high = sorted(generator.uniform(0, 1, 2))
    if high - low < 0.5:
        low, high = 0.0, 1.0
    return np.asarray(low + varied * (high - low), np.float32)
