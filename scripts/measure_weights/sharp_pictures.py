"""Sharp pictures of the scikit-image wheel, on which nothing is ever trained."""

import os
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = Path(os.environ.get("GIFNET_SHARED", ROOT.parent / "shared"))
"""The development data."""

PICTURES = ("camera", "astronaut", "coffee", "chelsea", "coins", "page", "rocket", "retina")
ENHANCED = tuple(name for name in PICTURES if name != "page")
"""Those as large as ``SIDE``; the page is enlarged."""
MORE_PICTURES = (*PICTURES, "brick", "grass", "gravel", "immunohistochemistry")
SIDE = 224
CROPS_EACH = 2
"""Crops of each picture."""
SEED = 7

Grey = NDArray[np.float32]
"""(H, W) in [0, 1]."""


def grey_picture(name: str) -> Grey:
    """A picture of scikit-image, enlarged where a side is below ``SIDE``."""
    picture = np.asarray(getattr(skimage.data, name)())
    if picture.ndim == 3:
        picture = picture[..., :3] @ [0.299, 0.587, 0.114]
    values = np.asarray(picture, np.float32) / 255
    if min(values.shape) < SIDE:
        scale = SIDE / min(values.shape)
        values = cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        values = np.clip(values, 0, 1)
    return np.asarray(values, np.float32)


def sharp_crops(
    names: tuple[str, ...] = PICTURES, *, each: int = CROPS_EACH, seed: int = SEED
) -> list[tuple[str, Grey]]:
    """Random crops of ``SIDE`` pixels with the names of their pictures."""
    generator = np.random.default_rng(seed)
    crops = []
    for name in names:
        values = grey_picture(name)
        for _ in range(each):
            top, left = (int(generator.integers(0, n - SIDE + 1)) for n in values.shape)
            crop = values[top : top + SIDE, left : left + SIDE]
            crops.append((name, np.asarray(crop, np.float32)))
    return crops
