"""Pairs of pictures as the network sees them, from folders that a user names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.data.folders import SceneFiles, list_singles, match_pairs, warn_of_lonely
from gifnet.errors import DataError

_MOST_PAIRS = 64
"""To calibrate on: more change the ranges no more."""

_COMPARED = 8
"""Of them, to say how true what was calibrated is."""


@dataclass(frozen=True)
class CalibrationPairs:
    """Pairs to calibrate on.

    Attributes:
        pairs: (1, 2, height, width) each, float32 in [0, 1].
        words: how many they are, and of which folders.
    """

    pairs: Sequence[NDArray[np.float32]]
    words: str

    @property
    def compared(self) -> Sequence[NDArray[np.float32]]:
        """Some of them, evenly spaced, at most eight."""
        return self.pairs[:: -(-len(self.pairs) // _COMPARED)]


def load_calibration_pairs(folders: Sequence[Path]) -> CalibrationPairs:
    """Find and read pairs to calibrate on.

    Args:
        folders: two with pictures of equal name, or one, whose pictures are pairs with themselves.

    Returns:
        At least one pair, at most 64.

    Raises:
        DataError: there are no pictures, or one cannot be read.
    """
    pairs = [load_luma(files) for files in find_pairs(folders, _MOST_PAIRS)]
    names = " and ".join(folder.name for folder in folders)
    return CalibrationPairs(pairs, f"{len(pairs)} pairs of {names}")


def find_pairs(folders: Sequence[Path], most: int) -> list[SceneFiles]:
    """Find pairs in two folders, by stem, or pictures in one, each a pair with itself.

    Args:
        folders: one or two.
        most: if there are more pairs, so many of them, evenly spaced.

    Returns:
        At least one.

    Raises:
        DataError: a folder is missing, or holds no pictures, or no stem is in both.
    """
    if len(folders) not in {1, 2}:
        raise DataError(
            f"expected one folder of pictures, or two with pictures of equal name, got "
            f"{len(folders)}"
        )
    if len(folders) == 1:
        found = list_singles(folders[0])
    else:
        pairing = match_pairs(folders[0], folders[1], folders[1].name)
        found = pairing.pairs
        if not found:
            raise DataError(
                f"expected pictures of equal name in {folders[0]} and {folders[1]}, found none: "
                "name the two pictures of a pair alike"
            )
        warn_of_lonely(folders[1], pairing.lonely)
    chosen = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    return [found[index] for index in chosen]


def load_luma(files: SceneFiles) -> NDArray[np.float32]:
    """Read a pair.

    Args:
        files: what ``find_pairs`` found.

    Returns:
        (1, 2, height, width), float32 in [0, 1].

    Raises:
        DataError: a picture cannot be read, or the two differ in size.
    """
    scene = files.load()
    first = scene.visible if scene.infrared is None else scene.infrared
    pair = np.stack([first, scene.visible])[None].astype(np.float32)
    return pair / np.float32(255)
