"""Scenes with a known truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]


@dataclass(frozen=True)
class Truth:
    """A made scene: all bands at the fine resolution, and what two sensors see of it."""

    bands: Pixels
    panchromatic: Pixels
    multispectral: Pixels


def made_truth(
    height: int = 96, width: int = 128, bands: int = 4, ratio: int = 4, *, seed: int = 0
) -> Truth:
    """Fields and roads of several materials: values of 100 to 1900, as 11 bits have them."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    materials = np.zeros((height, width), int)
    for material in range(1, 6):
        turn = random.uniform(0, np.pi)
        phase = rows * np.sin(turn) + columns * np.cos(turn)
        materials[np.sin(phase / random.uniform(3, 9)) > 0.4] = material
    spectra = random.uniform(200, 1500, (6, bands))
    shade = 1 + 0.2 * np.sin(rows / 7.0) * np.cos(columns / 5.0)
    shade += random.normal(0, 0.03, shade.shape)
    truth = (spectra[materials] * shade[:, :, None]).astype(np.float32)
    low = truth.reshape(height // ratio, ratio, width // ratio, ratio, bands).mean((1, 3))
    return Truth(truth, truth.mean(axis=2), low)


def error_of(result: Pixels, truth: Pixels) -> float:
    """Root mean square of the difference, the border left out."""
    inner = (slice(8, -8), slice(8, -8))
    difference = result.astype(np.float64)[inner] - truth.astype(np.float64)[inner]
    return float(np.sqrt(np.mean(difference**2)))
