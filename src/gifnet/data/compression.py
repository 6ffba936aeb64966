"""Pictures as lossy files have them."""

import numpy as np
from numpy.typing import NDArray

from gifnet.data.opencv import cv2

Picture = NDArray[np.float32]

QUALITIES = (40, 95)
"""Least and greatest quality of a JPEG file."""


def compress(generator: np.random.Generator, picture: Picture) -> Picture:
    """Take a picture through a JPEG file.

    Args:
        generator: Source of all randomness.
        picture: (H, W) in [0, 1].

    Returns:
        (H, W) in [0, 1], with 8 bits and blocks of 8x8 pixels.
    """
    quality = int(generator.integers(*QUALITIES, endpoint=True))
    pixels = np.round(picture * 255).astype(np.uint8)
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)
    return np.asarray(decoded, np.float32) / np.float32(255)
