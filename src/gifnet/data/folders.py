"""Training pictures in folders: aligned infrared and visible pairs, and single sharp pictures."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import DataError

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """One training scene, decoded once and kept in memory."""

    name: str
    visible: Luma
    """(H, W) uint8."""

    infrared: Luma | None
    """(H, W) uint8 of the same size, or None for a single sharp picture."""


def pair_files(
    root: Path, infrared: str = "ir", visible: str = "vi"
) -> list[tuple[str, Path, Path]]:
    """List the pairs of a folder with two subfolders, matched by stem.

    Args:
        root: Folder of the set.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.

    Returns:
        (stem, infrared file, visible file), sorted by stem.

    Raises:
        DataError: A folder is missing, or no stem is in both.
    """
    files = {name: _pictures(root / name) for name in (infrared, visible)}
    common = sorted(files[infrared].keys() & files[visible].keys())
    if not common:
        raise DataError(
            f"expected pictures of equal name in {root / infrared} and {root / visible}, found "
            f"{len(files[infrared])} and {len(files[visible])} with no name in common"
        )
    return [(stem, files[infrared][stem], files[visible][stem]) for stem in common]


def load_pairs(root: Path, infrared: str = "ir", visible: str = "vi") -> Iterator[Scene]:
    """Decode the pairs of a folder; see ``pair_files``.

    Raises:
        DataError: The two pictures of a pair differ in size.
    """
    for stem, infrared_file, visible_file in pair_files(root, infrared, visible):
        pair = _luma(infrared_file), _luma(visible_file)
        if pair[0].shape != pair[1].shape:
            raise DataError(
                f"expected aligned pictures of one size, got {pair[0].shape} in {infrared_file} "
                f"and {pair[1].shape} in {visible_file}"
            )
        yield Scene(f"{root.name}/{stem}", visible=pair[1], infrared=pair[0])


def load_singles(root: Path) -> Iterator[Scene]:
    """Decode the sharp pictures of a folder.

    Args:
        root: Folder of pictures.

    Raises:
        DataError: The folder is missing or has no picture.
    """
    files = _pictures(root)
    if not files:
        raise DataError(f"expected pictures ({', '.join(sorted(SUFFIXES))}) in {root}, found none")
    for stem in sorted(files):
        yield Scene(f"{root.name}/{stem}", visible=_luma(files[stem]), infrared=None)


def _pictures(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise DataError(f"expected a folder of pictures at {folder}, found none")
    return {file.stem: file for file in sorted(folder.iterdir()) if file.suffix.lower() in SUFFIXES}


def _luma(file: Path) -> Luma:
    """Decode a file to BT.601 luma, (H, W) uint8."""
    try:
        with Image.open(file) as picture:
            return np.asarray(picture.convert("L"))
    except OSError as error:
        raise DataError(f"cannot read the training picture {file}: {error}") from error
