"""How the bands relate to the panchromatic picture: its blur and its place, measured on both.

The panchromatic picture, blurred, moved and sampled as the multispectral sensor does, is a sum of
the bands as far as it can be; what is left over is least at the right blur and the right place.
"""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.pansharpening.grids import Grid
from gifnet.pansharpening.rasters import Valid, Window
from gifnet.pansharpening.resampling import reach
from gifnet.pansharpening.scene import FinePicture, Scene, blocks
from gifnet.pansharpening.settings import Alignment

logger = logging.getLogger(__name__)

Place = NDArray[np.float64]

# Multispectral pixels that are looked at, in square blocks all over the picture.
_BLOCK, _MOST_BLOCKS = 96, 24
_ROUNDS, _STEPS = 2, 5
_LEAST_PIXELS = 64
# The derivative by the place is a difference over this much to each side, in pixels.
_STEP = 0.25
_BLUR_STEP = 0.1


@dataclass(frozen=True)
class Relation:
    """What was measured.

    Attributes:
        sigma: of the Gaussian that the bands are blurred by more, in panchromatic pixels.
        down: how far the panchromatic picture has to move to lie on the bands, in its pixels.
        right: likewise.
        explained: the share of its variance that the bands explain then, 0 to 1.
    """

    sigma: float
    down: float
    right: float
    explained: float


def measure_relation(scene: Scene, alignment: Alignment) -> Relation:
    """Find the blur and the place.

    Args:
        scene: the pictures.
        alignment: whether to look for the place.

    Returns:
        The relation. The place stays where it is if the best one is further away than a
        multispectral pixel, which no error of georeferences explains.
    """
    samples = _Samples(scene)
    ratio = scene.grid.ratio
    sigma, place = 0.25 * ratio, np.zeros(2)
    if samples.count < _LEAST_PIXELS:
        logger.info("too few pixels to measure the blur and the place of the bands")
        return Relation(sigma, 0.0, 0.0, 0.0)
    for _ in range(_ROUNDS):
        sigma = _best_blur(samples, place, ratio)
        if alignment is Alignment.AUTO:
            place = _aligned(samples, sigma, place, ratio)
    explained = samples.explained(sigma, place)
    logger.info(
        "the bands are blurred by %.1f and lie %.2f down, %.2f right of the panchromatic picture "
        "(in its pixels); they explain %.1f %% of it",
        sigma,
        *place,
        100 * explained,
    )
    return Relation(sigma, float(place[0]), float(place[1]), explained)


def _best_blur(samples: "_Samples", place: Place, ratio: float) -> float:
    # To more than is usual, also where the bands were enlarged before.
    rough = np.arange(0, max(4.0, 0.75 * ratio), 4 * _BLUR_STEP)
    best = float(max(rough, key=lambda sigma: samples.explained(sigma, place)))
    fine = best + _BLUR_STEP * np.arange(-3, 4)
    return float(max(fine[fine >= 0], key=lambda sigma: samples.explained(sigma, place)))


def _aligned(samples: "_Samples", sigma: float, place: Place, ratio: float) -> Place:
    start = place
    for _ in range(_STEPS):
        place = place + np.clip(samples.step(sigma, place), -ratio / 2, ratio / 2)
    if np.abs(place).max() > ratio:
        logger.info("no place for the panchromatic picture was found within a pixel: it stays")
        return np.zeros(2)
    better = samples.explained(sigma, place) > samples.explained(sigma, start)
    return place if better else start


class _Samples:
    """Blocks of both pictures, kept for all that is tried."""

    def __init__(self, scene: Scene) -> None:
        self._grid = scene.grid
        self._mean = scene.fine_statistics.mean
        self._deviation = scene.fine_statistics.deviation or 1.0
        self._bands = [band for band, known in enumerate(scene.band_statistics) if known.count]
        statistics = [scene.band_statistics[band] for band in self._bands]
        regions = list(blocks(_shared(scene.grid), _BLOCK))
        chosen = np.unique(np.linspace(0, len(regions) - 1, _MOST_BLOCKS).astype(int))
        self._blocks: list[tuple[Region, FinePicture, NDArray[np.float64], Valid]] = []
        self.count = 0
        for region in (regions[index] for index in chosen):
            bands = [scene.band(band, region) for band in self._bands]
            valid = np.logical_and.reduce([window.valid for window in bands])
            if not valid.any():
                continue
            values = [
                (window.values.astype(np.float64) - known.mean) / (known.deviation or 1.0)
                for window, known in zip(bands, statistics, strict=True)
            ]
            self._blocks.append((region, _kept(scene, region), np.stack(values, -1), valid))
            self.count += int(valid.sum())

    def explained(self, sigma: float, place: Place) -> float:
        """Tell the share of the panchromatic picture's variance that the bands explain."""
        products = self._products(sigma, place, ((0.0, 0.0),))
        inner, right, total = products[:-1, :-1], products[:-1, -1], products[-1, -1]
        pixels, sums = inner[-1, -1], right[-1]
        if pixels < _LEAST_PIXELS:
            return 0.0
        variance = total - sums**2 / pixels
        left = total - right @ np.linalg.pinv(inner, hermitian=True) @ right
        return float(1 - left / variance) if variance > 0 else 0.0

    def step(self, sigma: float, place: Place) -> Place:
        """Tell how much further the panchromatic picture has to move, to first order."""
        around = ((0.0, 0.0), (-_STEP, 0.0), (_STEP, 0.0), (0.0, -_STEP), (0.0, _STEP))
        products = self._products(sigma, place, around)
        inner, right = products[:-1, :-1], products[:-1, -1]
        if inner[-3, -3] < _LEAST_PIXELS:
            return np.zeros(2)
        return np.asarray((np.linalg.pinv(inner, hermitian=True) @ right)[-2:])

    def _products(
        self, sigma: float, place: Place, moves: Sequence[tuple[float, float]]
    ) -> NDArray[np.float64]:
        """Sums of products of: the bands, 1, the gradients if any, the panchromatic picture."""
        products = np.zeros(())
        for region, picture, bands, valid in self._blocks:
            windows = [
                picture.moved(place[0] + down, place[1] + right).coarse(self._grid, region, sigma)
                for down, right in moves
            ]
            there = np.logical_and.reduce([valid, *(window.valid for window in windows)])
            seen, *beside = (
                (window.values[there].astype(np.float64) - self._mean) / self._deviation
                for window in windows
            )
            gradients = [
                (before - after) / (2 * _STEP)
                for before, after in zip(beside[::2], beside[1::2], strict=True)
            ]
            columns = np.column_stack([bands[there], np.ones(len(seen)), *gradients, seen])
            products = products + columns.T @ columns
        return products


def _shared(grid: Grid) -> Region:
    """The multispectral pixels that the panchromatic picture covers."""
    ends = [
        (
            max(math.floor(axis.offset), 0),
            min(math.ceil(axis.offset + axis.fine_length * axis.scale), axis.coarse_length),
        )
        for axis in (grid.rows, grid.columns)
    ]
    return Region(ends[0][0], ends[1][0], ends[0][1], ends[1][1])


def _kept(scene: Scene, region: Region) -> FinePicture:
    """The panchromatic picture around a block, in memory."""
    ratio = scene.grid.ratio
    margin = reach(max(4.0, 0.75 * ratio) + 4 * _BLUR_STEP) + math.ceil(2 * ratio) + 4
    rows, columns = (
        axis.fine(np.array(ends, np.float64))
        for axis, ends in (
            (scene.grid.rows, (region.top, region.bottom)),
            (scene.grid.columns, (region.left, region.right)),
        )
    )
    around = Region(
        math.floor(rows[0]), math.floor(columns[0]), math.ceil(rows[1]), math.ceil(columns[1])
    ).grown(margin)
    values, valid = scene.fine.read(around)

    def read(wanted: Region) -> Window:
        slices = wanted.within(around).slices
        return Window(values[slices], valid[slices])

    return FinePicture(read)
