"""Pictures that are made for the tests of the experiments, and processes to run them in."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def gifnet(*arguments: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of gifnet in a process of its own; warnings are errors there."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gifnet", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def focus_pair(
    height: int, width: int, *, seed: int, block: int = 4
) -> dict[str, NDArray[np.uint8]]:
    """A near-focused, a far-focused and a sharp picture of blocks."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (-(-height // block), -(-width // block)), np.uint8)
    sharp = np.kron(coarse, np.ones((block, block), np.uint8))[:height, :width]
    small = Image.fromarray(sharp).resize((width // 4, height // 4))
    soft = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    near, far = sharp.copy(), soft.copy()
    near[:, width // 2 :], far[:, width // 2 :] = soft[:, width // 2 :], sharp[:, width // 2 :]
    return {"near": near, "far": far, "sharp": sharp}
