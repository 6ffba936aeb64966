"""Finding out what lies in a place, and reading it."""

from pathlib import Path

from gifnet.errors import DataError
from gifnet.experiments.classification.cifar_files import FORMS, find_cifar
from gifnet.experiments.classification.class_folders import has_class_folders, read_class_folders
from gifnet.experiments.classification.picture_set import PictureSet, require_usable


def read_picture_set(place: Path) -> PictureSet:
    """Read CIFAR-10, CIFAR-100 or pictures in folders, whichever lies in a place.

    Args:
        place: of CIFAR's python form: the folder of its files, or that of the folder or archive of
            them, or the archive; of pictures: the folder of ``train`` and ``test``.

    Returns:
        The set.

    Raises:
        DataError: there is none of them, or what is there is incomplete or damaged.
        ImageError: a picture cannot be read.
    """
    if not place.exists():
        raise DataError(f"{place}: expected a folder of pictures to classify, found nothing there")
    found = find_cifar(place)
    if found is None and has_class_folders(place):
        found = read_class_folders(place)
    if found is None:
        folders = " or ".join(form.folder for form in FORMS)
        archives = " or ".join(form.archive for form in FORMS)
        raise DataError(
            f"{place}: expected CIFAR in its python form ({folders}, or {archives}), or pictures "
            "in train/CLASS and test/CLASS, got neither"
        )
    return require_usable(found)
