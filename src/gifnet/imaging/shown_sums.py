"""Filling hidden pixels where there are too many pictures to hold them all."""

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray, Picture, convert, from_float
from gifnet.imaging.masks import fill_from_neighbours, in_channels, shown_share, spread

_STRIP = 2**20
"""Pixels that are mixed in one go."""

Mask = NDArray[np.bool_]


class ShownSums:
    """What any number of pictures of one scene show, added up; the rule is that of ``fill_hidden``.

    At most five numbers a pixel are held, however many pictures there are. First every picture is
    added, then each can be filled.

    Args:
        shape: (H, W), or (H, W, 3) if any of the pictures has channels.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._values: FloatArray = np.zeros(shape, np.float32)
        self._weights: FloatArray = np.zeros(shape[:2], np.float32)
        self._most: FloatArray = np.zeros(shape[:2], np.float32)

    def add(self, picture: Picture, alpha: Picture | None, hidden: Mask | None) -> None:
        """Add a picture.

        Args:
            picture: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1].
            alpha: (H, W), of its dtype, or None if it is opaque.
            hidden: (H, W), True where it holds no measured value; None if there is no such pixel.
        """
        for rows in self._strips():
            shown = _shown(rows, picture, alpha, hidden)
            self._weights[rows] += shown
            np.maximum(self._most[rows], shown, out=self._most[rows])
            values = in_channels(
                convert(picture[rows]),
                present=picture.ndim == 3,
                wanted=self._values.ndim == 3,
            )
            self._values[rows] += values * spread(shown, values)

    def fill(self, picture: Picture, alpha: Picture | None, hidden: Mask | None) -> Picture:
        """Fill what a picture does not show with what the others show there.

        Args:
            picture: one that was added.
            alpha: as it was added.
            hidden: as it was added.

        Returns:
            The picture in its own dtype and shape; itself if there is nothing to fill.
        """
        filled = picture
        for rows in self._strips():
            shown = _shown(rows, picture, alpha, hidden)
            places = shown < self._most[rows]
            if places.any():
                filled = picture.copy() if filled is picture else filled
                filled[rows][places] = self._mixed(rows, picture[rows][places], shown, places)
        nowhere = self._most == 0.0
        return fill_from_neighbours(filled, nowhere) if nowhere.any() else filled

    def _mixed(self, rows: slice, stored: Picture, shown: FloatArray, places: Mask) -> Picture:
        own = convert(stored)
        weight: FloatArray = shown[places]
        # Another picture shows more here, so that something is left without this one.
        total = np.maximum(self._weights[rows][places] - weight, np.float32(1e-6))
        sums = in_channels(
            self._values[rows][places], present=self._values.ndim == 3, wanted=own.ndim == 2
        )
        means = (sums - own * spread(weight, own)) / spread(total, own)
        share = spread(weight / self._most[rows][places], own)
        mixed = own * share + means * (1 - share)
        return from_float(mixed.astype(np.float32), stored.dtype)

    def _strips(self) -> list[slice]:
        height, width = self._most.shape
        step = max(_STRIP // width, 1)
        return [slice(top, min(top + step, height)) for top in range(0, height, step)]


def _shown(rows: slice, picture: Picture, alpha: Picture | None, hidden: Mask | None) -> FloatArray:
    return shown_share(
        None if alpha is None else alpha[rows],
        None if hidden is None else hidden[rows],
        picture[rows].shape[:2],
    )
