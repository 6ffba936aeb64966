"""Training pictures in folders: aligned infrared and visible pairs, and single sharp pictures."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import DataError, ImageFileError
from gifnet.imaging import describe_size, from_float, read_image, rgb_to_ycbcr, to_float

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """One training scene, decoded once."""

    name: str
    visible: Luma
    """(H, W) uint8."""

    infrared: Luma | None
    """(H, W) uint8 of the same size, or None for a single sharp picture."""


@dataclass(frozen=True)
class SceneFiles:
    """One training scene, not decoded yet."""

    folder: str
    """Name of the set's folder."""

    stem: str
    """The name that its files share, without suffix."""

    visible: Path
    infrared: Path | None

    @property
    def name(self) -> str:
        """Name of the scene."""
        return f"{self.folder}/{self.stem}"

    def load(self) -> Scene:
        """Decode the scene.

        Raises:
            DataError: A picture cannot be read, or the two differ in size.
        """
        visible = _read_luma(self.visible)
        infrared = None if self.infrared is None else _read_luma(self.infrared)
        if infrared is not None and infrared.shape != visible.shape:
            raise DataError(
                "expected aligned pictures of one size, got "
                f"{describe_size(infrared.shape)} in {self.infrared} and "
                f"{describe_size(visible.shape)} in {self.visible}: crop or resize one of them"
            )
        return Scene(self.name, visible, infrared)


class Pairing(NamedTuple):
    """What two folders have in common."""

    pairs: list[SceneFiles]
    """Sorted by stem."""

    lonely: list[Path]
    """Pictures without a partner, sorted by stem."""


def match_pairs(infrared: Path, visible: Path, name: str) -> Pairing:
    """Match the pictures of two folders by stem; every set of pairs is read by this function.

    Args:
        infrared: Folder of the infrared pictures.
        visible: Folder of the visible pictures.
        name: Name of the set.

    Returns:
        The pairs, which may be none, and the pictures without a partner.

    Raises:
        DataError: A folder is missing, or two files of a folder share a stem.
    """
    infrared_files, visible_files = _pictures(infrared), _pictures(visible)
    common = sorted(infrared_files.keys() & visible_files.keys())
    alone = sorted(infrared_files.keys() ^ visible_files.keys())
    return Pairing(
        [SceneFiles(name, stem, visible_files[stem], infrared_files[stem]) for stem in common],
        [infrared_files.get(stem) or visible_files[stem] for stem in alone],
    )


def pair_subfolders(root: Path, infrared: str = "ir", visible: str = "vi") -> Pairing:
    """Match the pictures of two subfolders by stem.

    Args:
        root: Folder of the set.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.

    Raises:
        DataError: A folder is missing, no stem is in both, or two files of a folder share one.
    """
    _require_folder(root)
    pairing = match_pairs(root / infrared, root / visible, root.resolve().name)
    if not pairing.pairs:
        of_infrared = sum(file.parent == root / infrared for file in pairing.lonely)
        raise DataError(
            f"expected pictures of equal name in {root / infrared} and {root / visible}, found "
            f"{of_infrared} and {len(pairing.lonely) - of_infrared} with no name in common: name "
            "the two pictures of a pair alike"
        )
    return pairing


def list_pairs(root: Path, infrared: str = "ir", visible: str = "vi") -> list[SceneFiles]:
    """List the pairs of a folder with two subfolders, matched by stem.

    Args:
        root: Folder of the set.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.

    Returns:
        The pairs, sorted by stem. Pictures without a partner are left out, with a warning.

    Raises:
        DataError: As ``pair_subfolders``.
    """
    pairing = pair_subfolders(root, infrared, visible)
    warn_of_lonely(root, pairing.lonely)
    return pairing.pairs


def warn_of_lonely(root: Path, lonely: Sequence[Path]) -> None:
    """Log that pictures are left out for want of a partner, if there are such.

    Args:
        root: Folder of the set.
        lonely: The pictures.
    """
    if lonely:
        logger.warning(
            "%s: pictures left out for want of a partner of the same name: %d (%s%s)",
            root,
            len(lonely),
            ", ".join(file.stem for file in lonely[:3]),
            ", ..." if len(lonely) > 3 else "",
        )


def list_singles(root: Path) -> list[SceneFiles]:
    """List the sharp pictures of a folder.

    Args:
        root: Folder of pictures.

    Returns:
        The pictures, sorted by stem.

    Raises:
        DataError: The folder is missing or has no picture, or two files share a stem.
    """
    files = _pictures(root)
    if not files:
        raise DataError(f"expected pictures ({', '.join(sorted(SUFFIXES))}) in {root}, found none")
    folder = root.resolve().name
    return [SceneFiles(folder, stem, files[stem], None) for stem in sorted(files)]


def list_scenes(root: Path, infrared: str = "ir", visible: str = "vi") -> list[SceneFiles]:
    """List the pairs of a folder or, if it has neither subfolder, its single pictures.

    Args:
        root: Folder of the set.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.

    Raises:
        DataError: As ``list_pairs`` and ``list_singles``.
    """
    if (root / infrared).is_dir() or (root / visible).is_dir():
        return list_pairs(root, infrared, visible)
    _require_folder(root)
    if not _pictures(root):
        raise DataError(
            f"expected the folders {infrared} and {visible} of a set of pairs, or single pictures "
            f"({', '.join(sorted(SUFFIXES))}), in {root}, found neither"
        )
    return list_singles(root)


def load_pairs(root: Path, infrared: str = "ir", visible: str = "vi") -> Iterator[Scene]:
    """Decode the pairs of a folder one by one; see ``list_pairs`` and ``SceneFiles.load``."""
    for files in list_pairs(root, infrared, visible):
        yield files.load()


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DataError(f"expected a folder of pictures at {folder}, found none: check the name")


def _pictures(folder: Path) -> dict[str, Path]:
    _require_folder(folder)
    pictures: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        # Some systems leave hidden files beside pictures, with their suffix.
        if file.suffix.lower() not in SUFFIXES or file.name.startswith("."):
            continue
        if file.stem in pictures:
            raise DataError(
                f"expected one picture of each name in {folder}, found "
                f"{pictures[file.stem].name} and {file.name}: rename or remove one"
            )
        pictures[file.stem] = file
    return pictures


def _read_luma(file: Path) -> Luma:
    """Decode a file to BT.601 luma, (H, W) uint8."""
    try:
        pixels = read_image(file).pixels
    except ImageFileError as error:
        raise DataError(f"cannot use a training picture: {error}") from error
    if pixels.dtype != np.uint8:
        raise DataError(
            f"cannot use a training picture: {file}: expected an 8-bit picture, got {pixels.dtype} "
            "samples; convert it to 8 bits"
        )
    if pixels.ndim == 2:
        return np.asarray(pixels, np.uint8)
    luma, _ = rgb_to_ycbcr(to_float(pixels, name=str(file)))
    return np.asarray(from_float(luma, np.dtype(np.uint8)), np.uint8)
