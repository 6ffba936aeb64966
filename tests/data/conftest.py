"""Small sets of pairs on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def write_picture(file: Path, *, size: tuple[int, int] = (40, 30), seed: int = 0) -> None:
    """Write a colour picture with detail; ``size`` is width and height."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(file)


@pytest.fixture
def make_pairs(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes pairs of these stems and returns their root."""

    def make(*stems: str, root: str = "set", infrared: str = "ir", visible: str = "vi") -> Path:
        for number, stem in enumerate(stems):
            write_picture(tmp_path / root / infrared / f"{stem}.png", seed=2 * number)
            write_picture(tmp_path / root / visible / f"{stem}.bmp", seed=2 * number + 1)
        return tmp_path / root

    return make
