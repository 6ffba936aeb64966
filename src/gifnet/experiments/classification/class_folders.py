"""Pictures in folders: train/CLASS/*.png and test/CLASS/*.png."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gifnet.errors import DataError
from gifnet.evaluation.measuring.pictures import read_picture
from gifnet.experiments.classification.picture_set import Labelled, Pictures, PictureSet

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
ABOUT_FILE = "about.txt"


def has_class_folders(place: Path) -> bool:
    """Whether a folder holds folders ``train`` and ``test``, or one of them."""
    return any((place / part).is_dir() for part in ("train", "test"))


def read_class_folders(place: Path) -> PictureSet:
    """Read pictures whose folder is their class.

    Args:
        place: holds ``train/CLASS/*`` and ``test/CLASS/*``, and may hold ``about.txt``, which is
            told with the results.

    Returns:
        The set. Classes and pictures are in the order of their names; grey pictures get three
        equal channels.

    Raises:
        DataError: a part is missing or empty, or sizes differ.
        ImageError: a picture cannot be read, or has more than 8 bits.
    """
    for part in ("train", "test"):
        if not (place / part).is_dir():
            raise DataError(
                f"{place}: expected the folders train/CLASS and test/CLASS, and {part} is missing"
            )
    classes = tuple(sorted(folder.name for folder in _folders(place / "train")))
    unknown = {folder.name for folder in _folders(place / "test")} - set(classes)
    if unknown:
        raise DataError(
            f"{place}: expected test pictures of the classes in train, got {_few(unknown)} "
            "besides; move or remove them"
        )
    about = place / ABOUT_FILE
    return PictureSet(
        name=place.resolve().name,
        classes=classes,
        train=_read_part(place / "train", classes),
        test=_read_part(place / "test", classes),
        about=" ".join(about.read_text(encoding="utf-8").split()) if about.is_file() else "",
    )


def _read_part(folder: Path, classes: tuple[str, ...]) -> Labelled:
    files = [
        (file, label) for label, name in enumerate(classes) for file in _pictures(folder / name)
    ]
    if not files:
        raise DataError(f"{folder}: expected pictures in {folder.name}/CLASS, got none")
    pictures: Pictures | None = None
    for number, (file, _) in enumerate(files):
        picture = read_picture(file)
        if picture.ndim == 2:
            picture = np.stack([picture] * 3, axis=-1)
        if pictures is None:
            pictures = np.zeros((len(files), *picture.shape), np.uint8)
        if picture.shape != pictures.shape[1:]:
            raise DataError(
                f"{file}: expected pictures of one size, got {picture.shape[:2]} after "
                f"{pictures.shape[1:3]} (height, width); resize them"
            )
        pictures[number] = picture
    return Labelled(np.asarray(pictures), np.array([label for _, label in files], np.int64))


def _folders(place: Path) -> Iterator[Path]:
    return (entry for entry in place.iterdir() if entry.is_dir() and entry.name[0] != ".")


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    files = (file for file in folder.iterdir() if file.name[0] != ".")
    return sorted(file for file in files if file.suffix.lower() in SUFFIXES)


def _few(names: set[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (", ..." if len(shown) > 3 else "")
