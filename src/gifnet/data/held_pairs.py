"""Pairs as inference sees them, of many kinds, each with the picture that should come out."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.compression import compress
from gifnet.data.contrast_target import contrast_target
from gifnet.data.crops import SceneCrops, vary_tone
from gifnet.data.defocus import make_focus_pair
from gifnet.data.exposure import make_exposure_pair
from gifnet.data.modality import another_look
from gifnet.data.single import draw_shapes, make_single_pair

Picture = NDArray[np.float32]

_ATTEMPTS = 4

COMPRESSED = 0.2
"""Share of the focus pairs that come from lossy files."""


class HeldPair(NamedTuple):
    """Two sources and what they are held to, each (P, P) float32 in [0, 1]."""

    source_a: Picture
    source_b: Picture
    target: Picture
    """What the fused picture should be: the truth where it is known, else ``contrast_target``."""

    reconstructed: Picture
    """What the reconstruction branch should give back."""


class HeldPairSampler:
    """Draws pairs of several kinds.

    ``focus``, ``single`` (one picture twice) and ``drawn`` (shapes, as a focus pair or twice) are
    held to the truth; ``modal`` (infrared and visible), ``mixed`` (a picture and another look of
    it or of another scene) and ``exposure`` to ``contrast_target``.

    Args:
        paired: Patches of infrared and visible pictures, for ``modal``.
        pictures: Patches of any pictures, for the other kinds.
        shares: How often each kind is drawn, relative.
        seed: Seed of everything random.
        augment: Whether gain and gamma of the patches vary.
        exchange: Whether sources come in random order, or in that of the published run (D15).
    """

    def __init__(
        self,
        paired: SceneCrops,
        pictures: SceneCrops,
        *,
        shares: Mapping[str, float],
        seed: int,
        augment: bool = True,
        exchange: bool = True,
    ) -> None:
        self.paired = paired
        self.pictures = pictures
        self.seed = seed
        self.augment = augment
        self.exchange = exchange
        self._makers: dict[str, Callable[[np.random.Generator], HeldPair]] = {
            "focus": self._focus,
            "single": self._single,
            "drawn": self._drawn,
            "modal": self._modal,
            "mixed": self._mixed,
            "exposure": self._exposure,
        }
        self._kinds = list(shares)
        weights = np.asarray([shares[kind] for kind in self._kinds], np.float64)
        self._shares = weights / weights.sum()

    def sample(self, number: int) -> HeldPair:
        """Draw one pair.

        Args:
            number: At least 0; with the scenes and the seed it decides everything.
        """
        generator = np.random.default_rng([self.seed, number])
        kind = self._kinds[int(generator.choice(len(self._kinds), p=self._shares))]
        pair = self._makers[kind](generator)
        if self.exchange and generator.random() < 0.5:
            pair = pair._replace(source_a=pair.source_b, source_b=pair.source_a)
        return pair

    def _picture(self, generator: np.random.Generator) -> Picture:
        return self._tone(generator, self.pictures.cut_lively(generator).visible)

    def _tone(self, generator: np.random.Generator, picture: Picture) -> Picture:
        return vary_tone(generator, picture) if self.augment else picture

    def _focus(self, generator: np.random.Generator) -> HeldPair:
        sharp = self._picture(generator)
        near, far, _ = make_focus_pair(generator, sharp)
        if generator.random() < COMPRESSED:
            near, far = compress(generator, near), compress(generator, far)
        return HeldPair(near, far, sharp, sharp)

    def _single(self, generator: np.random.Generator) -> HeldPair:
        sharp = self._picture(generator)
        pair = make_single_pair(generator, sharp)
        return HeldPair(pair.near, pair.far, sharp, sharp)

    def _drawn(self, generator: np.random.Generator) -> HeldPair:
        shapes = draw_shapes(generator, self.pictures.patch)
        if generator.random() < 0.5:
            return HeldPair(shapes, shapes, shapes, shapes)
        pair = make_focus_pair(generator, shapes)
        return HeldPair(pair.near, pair.far, shapes, shapes)

    def _modal(self, generator: np.random.Generator) -> HeldPair:
        crop = self.paired.cut_lively(generator)
        visible = self._tone(generator, crop.visible)
        infrared = visible if crop.infrared is None else self._tone(generator, crop.infrared)
        return HeldPair(infrared, visible, contrast_target(infrared, visible), visible)

    def _mixed(self, generator: np.random.Generator) -> HeldPair:
        picture = self._picture(generator)
        scene = picture if generator.random() < 0.5 else self._picture(generator)
        for _ in range(_ATTEMPTS):
            other = another_look(generator, scene)
            target = contrast_target(other, picture)
            # A picture and its negative cancel each other out: nothing could be learnt from them.
            if target.std() > 0.5 * max(other.std(), picture.std()):
                break
        return HeldPair(other, picture, target, picture)

    def _exposure(self, generator: np.random.Generator) -> HeldPair:
        scene = self._picture(generator)
        over, under = make_exposure_pair(generator, scene)
        return HeldPair(over, under, contrast_target(over, under), scene)
