"""Folders of small pairs, and the command in processes of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gifnet.imaging import write_image

GIFNET = [sys.executable, "-W", "error", "-m", "gifnet"]

Fuse = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def make_pairs() -> Callable[..., None]:
    """Write pairs ``near/scene00.png``, ``far/scene00.png``, ... of 22 x 18 pixels."""

    def make(folder: Path, count: int, depth: str = "uint8") -> None:
        random = np.random.default_rng(7)
        for name in ("near", "far"):
            (folder / name).mkdir()
            for number in range(count):
                pixels = random.integers(0, np.iinfo(depth).max, (18, 22), dtype=depth)
                write_image(folder / name / f"scene{number:02d}.png", pixels)

    return make


@pytest.fixture(scope="session")
def fuse() -> Fuse:
    """Run ``gifnet fuse`` in a folder."""

    def run(*arguments: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*GIFNET, "fuse", *map(str, arguments)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return run
