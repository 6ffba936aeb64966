"""A picture as it was read from a file."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.metadata import Metadata


@dataclass(frozen=True)
class Image:
    """A picture as read from a file, upright.

    Attributes:
        pixels: (H, W) or (H, W, 3), uint8, uint16 or float32, as stored; float32 may hold any
            value, and NaN or infinity where ``nodata`` is set.
        alpha: (H, W), of the same dtype, its largest value (float32: 1) is opaque, and colours are
            not multiplied with it; None if the file has no transparency.
        path: the file.
        format: the name of its format, by content: PNG, JPEG, TIFF, BMP, WEBP or EXR.
        nodata: (H, W), True where the file holds no measured value; None if there is no such
            pixel.
        metadata: what the file says beside the pixels, made true for upright pixels.
        samples: what a sample of the file is, in words, for example ``8-bit`` or ``16-bit float``.
    """

    pixels: Picture
    alpha: Picture | None
    path: Path
    format: str
    nodata: NDArray[np.bool_] | None = None
    metadata: Metadata = field(default_factory=Metadata)
    samples: str = "8-bit"
