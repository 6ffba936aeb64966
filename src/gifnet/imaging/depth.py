"""Converting whole pictures between depths: uint8, uint16, float32."""

from enum import StrEnum
from typing import Any

import numpy as np

from gifnet.imaging.arrays import Picture, convert, from_float

_STRIP = 2**20
"""Samples that are converted in one go, so that no second picture of floats is held."""


class Depth(StrEnum):
    """How deep the samples of a file shall be."""

    EIGHT = "8"
    SIXTEEN = "16"
    FLOAT = "32f"

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8, uint16 or float32."""
        return np.dtype({"8": "uint8", "16": "uint16", "32f": "float32"}[self.value])


def opaque_value(dtype: np.dtype[Any]) -> float:
    """The largest value of a dtype's range: 255, 65535 or 1."""
    return 1.0 if dtype.kind == "f" else float(np.iinfo(dtype).max)


def convert_depth(picture: Picture, dtype: np.dtype[Any]) -> Picture:
    """Convert a picture to another depth, its whole range to the whole range.

    Args:
        picture: (H, W) or (H, W, C), uint8, uint16 or float32. Floats that leave [0, 1] are
            spread from the least to the largest over the range of whole numbers.
        dtype: uint8, uint16 or float32.

    Returns:
        The picture in this dtype; the same array if it has it.
    """
    if picture.dtype == dtype:
        return picture
    low, high = 0.0, 1.0
    if picture.dtype.kind == "f" and picture.size:
        least, largest = float(picture.min()), float(picture.max())
        if least < 0.0 or largest > 1.0:
            low, high = least, largest
    converted: Picture = np.empty(picture.shape, dtype)
    rows = max(_STRIP // max(picture[:1].size, 1), 1)
    for top in range(0, len(picture), rows):
        values = convert(picture[top : top + rows])
        if (low, high) != (0.0, 1.0):
            values = (values - np.float32(low)) / np.float32(max(high - low, 1e-30))
        converted[top : top + rows] = from_float(values, dtype)
    return converted
