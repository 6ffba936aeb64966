"""The pairs that every trained network is measured on, in 8-bit grey."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.data.defocus import make_focus_pair
from gifnet.data.exposure import make_exposure_pair
from gifnet.data.folders import SceneFiles, list_pairs, list_singles
from gifnet.data.opencv import cv2
from gifnet.errors import DataError
from gifnet.experiments.ablation.config import EvaluationConfig
from gifnet.imaging import from_float

Grey = NDArray[np.uint8]

_SEED = 20_250_613


class EvaluationPair(NamedTuple):
    """Two sources, (H, W) uint8 each, and the truth where it is known."""

    group: str
    """What its values are reported under: an application."""
    name: str
    source_a: Grey
    source_b: Grey
    truth: Grey | None


def load_pairs(config: EvaluationConfig) -> list[EvaluationPair]:
    """Read the pairs of all sets, reduced, and make those whose truth is to be known.

    Args:
        config: Names them.

    Raises:
        DataError: A set is missing or empty, or a picture cannot be used.
    """
    pairs = []
    for item in config.sets:
        for files in _spread(list_pairs(item.root, *item.sources), config.pictures):
            scene = files.load()
            if scene.infrared is None:
                raise DataError(f"expected a pair of pictures, got one alone: {files.visible}")
            sources = [_reduced(p, config.longest_side) for p in (scene.infrared, scene.visible)]
            pairs.append(EvaluationPair(item.group, scene.name, sources[0], sources[1], None))
    for number, made in enumerate(config.made):
        generator = np.random.default_rng([_SEED, number])
        for files in _spread(list_singles(made.root), config.pictures):
            scene = files.load()
            truth = _reduced(scene.visible, config.longest_side)
            sharp = truth.astype(np.float32) / np.float32(255)
            if made.made == "focus":
                made_a, made_b, _ = make_focus_pair(generator, sharp)
            else:
                made_a, made_b = make_exposure_pair(generator, sharp)
            source_a, source_b = _to_8_bits(made_a), _to_8_bits(made_b)
            pairs.append(EvaluationPair(made.group, scene.name, source_a, source_b, truth))
    return pairs


def _spread(files: list[SceneFiles], count: int) -> list[SceneFiles]:
    """Some of a set, from all over it."""
    places = np.linspace(0, len(files) - 1, min(count, len(files))).round().astype(int)
    return [files[place] for place in places]


def _reduced(picture: Grey, longest: int) -> Grey:
    scale = longest / max(picture.shape)
    if scale >= 1:
        return picture
    height, width = (max(round(side * scale), 1) for side in picture.shape)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _to_8_bits(picture: NDArray[np.float32]) -> Grey:
    return np.asarray(from_float(np.clip(picture, 0, 1), np.dtype(np.uint8)), np.uint8)
