"""Two pictures made of all slices of a stack, which are then fused by the network.

The *selected* picture is a weighted mean of the slices: where they differ in focus, by a high power
of their sharpness, so that nearly the sharpest slice alone counts; where they differ in brightness,
by contrast and exposure. The *second* one is the selected one out of focus, or the plain mean of
all slices where they differ in brightness. Shown two pictures that are nearly alike, the network
would sharpen them; beside a blurred one it keeps what is sharp. Sums do not depend on the order of
the slices, and each pixel goes through the network once, however many there are (docs/stacks.md).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.smoothing import reach, smooth

_POWER = 8
"""Of the sharpness, where slices differ in focus."""

_FINE, _AROUND, _BRIGHTNESS_AROUND = 1.0, 3.0, 6.0
"""Detail is what the first Gaussian takes away; its square is averaged by the second, brightness by
the third."""

_MARGIN = max(reach(_BRIGHTNESS_AROUND), reach(_FINE) + reach(_AROUND))
_STRIP = 2**20

_OUT_OF_FOCUS = 1.5
"""Deviation of the blur of the second picture."""

_LEAST_SHARPNESS = 1e-4
"""About what the rounding to eight bits alone gives; its eighth power is still a float32."""

_LEAST_LIGHT = 0.003
_WELL_EXPOSED, _EXPOSURE_SPREAD = 0.5, 0.2
_LEAST_CONTRAST = 1e-3

_OTHER_BRIGHTNESS = 0.05
"""From this deviation of the brightness on, slices count rather as exposures than as focus slices;
blur alone changes what is averaged so widely by much less."""


class _Mean:
    """A weighted mean that is added up."""

    def __init__(self, height: int, width: int) -> None:
        self._weighted: FloatArray = np.zeros((height, width), np.float32)
        self._total: FloatArray = np.zeros((height, width), np.float32)

    def add(self, rows: slice, luma: FloatArray, weight: FloatArray) -> None:
        self._total[rows] += weight
        self._weighted[rows] += weight * luma

    def of(self, rows: slice) -> FloatArray:
        mean: FloatArray = self._weighted[rows] / self._total[rows]
        return mean


class Composites:
    """The sums that both pictures are made of: seven numbers a pixel.

    Args:
        height: rows of the slices.
        width: columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self._shape = height, width
        self._count = 0
        self._sharpest, self._exposed = (_Mean(height, width) for _ in range(2))
        self._luma, self._brightness, self._squares = (
            np.zeros((height, width), np.float32) for _ in range(3)
        )

    def add(self, luma: FloatArray) -> None:
        """Add a slice.

        Args:
            luma: (H, W) in [0, 1], float32.
        """
        self._count += 1
        for rows, look in _look_at(luma):
            values = luma[rows]
            self._sharpest.add(rows, values, look.sharpness**_POWER)
            exposure = np.exp(-0.5 * ((look.brightness - _WELL_EXPOSED) / _EXPOSURE_SPREAD) ** 2)
            contrast = np.sqrt(look.variance) + np.float32(_LEAST_CONTRAST)
            self._exposed.add(rows, values, contrast * exposure)
            self._luma[rows] += values
            self._brightness[rows] += look.brightness
            self._squares[rows] += look.brightness**2

    def pair(self) -> tuple[FloatArray, FloatArray]:
        """Give both pictures.

        Returns:
            The selected and the second picture, (H, W) in [0, 1], float32.
        """
        selected: FloatArray = np.empty(self._shape, np.float32)
        shares: FloatArray = np.empty(self._shape, np.float32)
        count = np.float32(self._count)
        for rows in _strips(*self._shape):
            brightness = self._brightness[rows] / count
            variance = np.maximum(self._squares[rows] / count - brightness**2, np.float32(0))
            squared = variance * variance
            shares[rows] = squared / (squared + _OTHER_BRIGHTNESS**4)
            selected[rows] = self._sharpest.of(rows)
        second: FloatArray = np.empty(self._shape, np.float32)
        for rows, around, inner in _strips_with(selected, reach(_OUT_OF_FOCUS)):
            blurred = smooth(around, _OUT_OF_FOCUS)[inner]
            second[rows] = _between(blurred, self._luma[rows] / count, shares[rows])
        for rows in _strips(*self._shape):
            selected[rows] = _between(selected[rows], self._exposed.of(rows), shares[rows])
        return selected, second


class _Look(NamedTuple):
    """What is seen around each pixel of some rows."""

    sharpness: FloatArray
    """Variance of the detail by the square of the brightness."""

    variance: FloatArray
    brightness: FloatArray


def _look_at(luma: FloatArray) -> Iterator[tuple[slice, _Look]]:
    """Strip by strip, so that little is held beside the picture."""
    for rows, around, inner in _strips_with(luma, _MARGIN):
        detail = around - smooth(around, _FINE)
        variance = smooth(detail * detail, _AROUND)[inner]
        brightness = smooth(around, _BRIGHTNESS_AROUND)[inner]
        sharpness = variance / (brightness**2 + np.float32(_LEAST_LIGHT))
        yield rows, _Look(sharpness + np.float32(_LEAST_SHARPNESS), variance, brightness)


def _strips_with(picture: FloatArray, margin: int) -> Iterator[tuple[slice, FloatArray, slice]]:
    """Strips with a margin above and below: their rows, the pixels, and which of these they are."""
    height, width = picture.shape
    for rows in _strips(height, width):
        first = max(rows.start - margin, 0)
        around = picture[first : min(rows.stop + margin, height)]
        yield rows, around, slice(rows.start - first, rows.stop - first)


def _strips(height: int, width: int) -> list[slice]:
    step = max(_STRIP // width, 1)
    return [slice(top, min(top + step, height)) for top in range(0, height, step)]


def _between(first: FloatArray, second: FloatArray, share: FloatArray) -> FloatArray:
    between: FloatArray = np.clip(first + share * (second - first), 0.0, 1.0)
    return between
