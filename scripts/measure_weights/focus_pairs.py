"""Focus pairs with known truth: the recipe that published methods were measured on, and others."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from measure_weights.sharp_pictures import MORE_PICTURES, SEED, Grey, sharp_crops

RECIPE = "recipe"
"""The group of pairs made as those in published-figures.md."""
VARIED = "varied"
SIGMAS = (1.0, 1.5, 2.0, 3.0, 4.0)
SEEDS = (11, 12, 13)
PAIRS_EACH = 2
"""Pairs of each seed, shape and strength of blur."""
_STACK = 9
"""Strengths that a blur which changes over the picture is mixed from."""


@dataclass(frozen=True)
class FocusPair:
    """Two pictures of one scene, each sharp where the other is blurred."""

    name: str
    """Of the scikit-image picture."""
    group: str
    shape: str
    sigma: float
    """Of the Gaussian, in pixels."""
    seed: int
    sharp: Grey
    near: Grey
    far: Grey


def focus_pairs() -> list[FocusPair]:
    """Smooth complementary masks cut at their median, blurred like the picture by 1.5 or 3."""
    generator = np.random.default_rng(SEED + 1)
    pairs = []
    for index, (name, sharp) in enumerate(sharp_crops()):
        sigma = (1.5, 3.0)[index % 2]
        near, far = by_mask(sharp, smooth_mask(generator, sharp.shape), sigma)
        pairs.append(FocusPair(name, RECIPE, "smooth", sigma, SEED, sharp, near, far))
    return pairs


def varied_pairs(seeds: tuple[int, ...] = SEEDS) -> list[FocusPair]:
    """Pairs of every shape and strength of blur for each seed, going round the pictures."""
    pairs: list[FocusPair] = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        crops = sharp_crops(MORE_PICTURES, each=1, seed=seed)
        for sigma in SIGMAS:
            for shape, make in SHAPES.items():
                for _ in range(PAIRS_EACH):
                    # Counted over all seeds, so that each picture meets other shapes with each.
                    name, sharp = crops[len(pairs) % len(crops)]
                    near, far = make(generator, sharp, sigma)
                    pairs.append(FocusPair(name, VARIED, shape, sigma, seed, sharp, near, far))
    return pairs


def by_mask(sharp: Grey, mask: Grey, sigma: float) -> tuple[Grey, Grey]:
    """Blur outside and inside a mask, whose edge is as soft as the blur."""
    soft = cv2.GaussianBlur(mask, (0, 0), sigma)
    blurred = cv2.GaussianBlur(sharp, (0, 0), sigma)
    near, far = (np.asarray(m * sharp + (1 - m) * blurred, np.float32) for m in (soft, 1 - soft))
    return near, far


def smooth_mask(generator: np.random.Generator, shape: tuple[int, ...]) -> Grey:
    """Half of the picture in a few smooth areas."""
    field = cv2.GaussianBlur(generator.standard_normal(shape).astype(np.float32), (0, 0), 20)
    return np.asarray(field > np.median(field), np.float32)


def half_plane_mask(generator: np.random.Generator, shape: tuple[int, ...]) -> Grey:
    """One side of a line of any direction that passes near the centre."""
    across = _across(generator, shape)
    return np.asarray(across > generator.uniform(0.35, 0.65), np.float32)


def blob_mask(generator: np.random.Generator, shape: tuple[int, ...]) -> Grey:
    """An object near the centre, with a wavy outline."""
    rows, columns = np.indices(shape) / min(shape) - 0.5
    rows, columns = rows - generator.uniform(-0.15, 0.15), columns - generator.uniform(-0.15, 0.15)
    angle = np.arctan2(rows, columns)
    radius = np.full(shape, generator.uniform(0.22, 0.32))
    for waves in (2, 3, 5, 8):
        turn = generator.uniform(0, 2 * np.pi)
        radius += generator.uniform(0.1, 0.25) / waves * 0.3 * np.cos(waves * angle + turn)
    return np.asarray(np.hypot(rows, columns) < radius, np.float32)


def depth_ramp(generator: np.random.Generator, sharp: Grey, sigma: float) -> tuple[Grey, Grey]:
    """Blur that grows from the middle of a slope to its one or its other end."""
    depth = 2 * _across(generator, sharp.shape) - 1
    stack = [sharp, *(cv2.GaussianBlur(sharp, (0, 0), s) for s in _strengths(sigma)[1:])]
    near, far = (_mixed(stack, np.clip(d, 0, 1) * (_STACK - 1)) for d in (depth, -depth))
    return near, far


def _strengths(sigma: float) -> list[float]:
    return [float(strength) for strength in np.linspace(0, sigma, _STACK)]


def _mixed(stack: list[Grey], position: np.ndarray) -> Grey:
    """Of each pixel the two pictures of the stack around its position, weighed by distance."""
    mixed = np.zeros(stack[0].shape, np.float64)
    for index, picture in enumerate(stack):
        mixed += np.clip(1 - np.abs(position - index), 0, 1) * picture
    return np.asarray(mixed, np.float32)


def _across(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """From 0 to 1 across the picture in a random direction."""
    angle = generator.uniform(0, 2 * np.pi)
    rows, columns = np.indices(shape)
    position = np.cos(angle) * columns + np.sin(angle) * rows
    return np.asarray((position - position.min()) / np.ptp(position))


def _masked(
    draw: Callable[[np.random.Generator, tuple[int, ...]], Grey],
) -> Callable[[np.random.Generator, Grey, float], tuple[Grey, Grey]]:
    def pair(generator: np.random.Generator, sharp: Grey, sigma: float) -> tuple[Grey, Grey]:
        return by_mask(sharp, draw(generator, sharp.shape), sigma)

    return pair


SHAPES = {
    "smooth": _masked(smooth_mask),
    "half plane": _masked(half_plane_mask),
    "blob": _masked(blob_mask),
    "depth ramp": depth_ramp,
}
"""Shape of the focused area -> how a pair is made of a sharp picture."""
