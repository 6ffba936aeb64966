"""Labelled pictures of one size, in memory: the data of an experiment."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import DataError

Pictures = NDArray[np.uint8]
"""(N, H, W, 3), RGB."""
Labels = NDArray[np.int64]
"""(N,), the number of each picture's class."""


@dataclass(frozen=True)
class Labelled:
    """Pictures and their classes.

    Attributes:
        pictures: (N, H, W, 3), uint8, RGB.
        labels: (N,), int64.
    """

    pictures: Pictures
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of pictures and labels."""
        digest = hashlib.sha256(repr(self.pictures.shape).encode())
        digest.update(np.ascontiguousarray(self.pictures).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()


@dataclass(frozen=True)
class PictureSet:
    """A data set for classifying.

    Attributes:
        name: what results call it.
        classes: their names; labels are places in this list.
        train: what classifiers are trained on.
        test: what they are tested on; never enhanced.
        about: what the set itself says to be told with its results; may be empty.
    """

    name: str
    classes: tuple[str, ...]
    train: Labelled
    test: Labelled
    about: str = ""


def require_usable(found: PictureSet) -> PictureSet:
    """Refuse a set that no classifier can be trained or tested on.

    Args:
        found: what was read.

    Returns:
        The same.

    Raises:
        DataError: a part is empty, sizes differ, a label is out of range, or there is one class.
    """
    for part, labelled in (("training", found.train), ("test", found.test)):
        if not len(labelled):
            raise DataError(f"{found.name}: expected {part} pictures, got none")
        highest, lowest = int(labelled.labels.max()), int(labelled.labels.min())
        if lowest < 0 or highest >= len(found.classes):
            raise DataError(
                f"{found.name}: expected labels from 0 to {len(found.classes) - 1} among the "
                f"{part} pictures, got {lowest} to {highest}; the files are damaged"
            )
    sizes = [part.pictures.shape[1:] for part in (found.train, found.test)]
    if sizes[0] != sizes[1]:
        raise DataError(
            f"{found.name}: expected training and test pictures of one size, got {sizes[0]} and "
            f"{sizes[1]}"
        )
    if len(found.classes) < 2:
        raise DataError(f"{found.name}: expected at least two classes, got {len(found.classes)}")
    return found
