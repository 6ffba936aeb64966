"""CIFAR-10 and CIFAR-100 in their python form: in a folder, or in the archive as downloaded."""

import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gifnet.errors import DataError
from gifnet.experiments.classification.picture_set import Labelled, PictureSet
from gifnet.experiments.classification.safe_pickle import read_pickle

SIDE = 32
_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"

Read = Callable[[str], bytes]
"""Gives the content of a file by its name."""


@dataclass(frozen=True)
class Form:
    """How one of the two sets lies on disk.

    Attributes:
        name: of the set.
        folder: that its archive unpacks to.
        archive: as downloaded.
        train: files of training pictures.
        test: the file of test pictures.
        meta: the file of the classes' names.
        labels: key of the labels.
        names: key of the names.
    """

    name: str
    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    meta: str
    labels: str
    names: str

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are read."""
        return (*self.train, self.test, self.meta)


FORMS = (
    Form(
        name="CIFAR-10",
        folder="cifar-10-batches-py",
        archive="cifar-10-python.tar.gz",
        train=tuple(f"data_batch_{number}" for number in range(1, 6)),
        test="test_batch",
        meta="batches.meta",
        labels="labels",
        names="label_names",
    ),
    Form(
        name="CIFAR-100",
        folder="cifar-100-python",
        archive="cifar-100-python.tar.gz",
        train=("train",),
        test="test",
        meta="meta",
        labels="fine_labels",
        names="fine_label_names",
    ),
)


def find_cifar(place: Path) -> PictureSet | None:
    """Read CIFAR from a place, if it is there.

    Args:
        place: the folder with the files or with the folder or archive of them, or the archive.

    Returns:
        The set; None if the place holds neither of the two.

    Raises:
        DataError: a file is missing, damaged, or holds something else.
    """
    for form in FORMS:
        for folder in (place, place / form.folder):
            present = [name for name in form.files if (folder / name).is_file()]
            # Two of them, as "train" or "test" alone may be anything.
            if len(present) > 1:
                return _read_set(form, folder, _read_from_folder(folder, form))
        for archive in (place, place / form.archive):
            if archive.is_file() and archive.name == form.archive:
                return _read_set(form, archive, _read_from_archive(archive, form))
    return None


def _read_from_folder(folder: Path, form: Form) -> Read:
    def read(name: str) -> bytes:
        try:
            return (folder / name).read_bytes()
        except OSError as error:
            raise _missing(form, name, folder) from error

    return read


def _read_from_archive(archive: Path, form: Form) -> Read:
    """Read the whole archive once; nothing is unpacked to disk."""
    wanted = {f"{form.folder}/{name}": name for name in form.files}
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:*") as packed:
            for member in packed:
                name = wanted.get(member.name.removeprefix("./"))
                stream = packed.extractfile(member) if name and member.isfile() else None
                if name and stream:
                    contents[name] = stream.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(
            f"{archive}: expected the archive of {form.name}, got a damaged file ({error}); "
            f"download it again from {_PAGE}"
        ) from error

    def read(name: str) -> bytes:
        if name not in contents:
            raise _missing(form, name, archive)
        return contents[name]

    return read


def _read_set(form: Form, place: Path, read: Read) -> PictureSet:
    meta = _dictionary(read, form.meta, place)
    names = [_text(name) for name in _of(meta, form.names, form.meta, place)]
    train = [_read_batch(form, read, name, place) for name in form.train]
    return PictureSet(
        name=form.name,
        classes=tuple(names),
        train=Labelled(
            np.concatenate([part.pictures for part in train]),
            np.concatenate([part.labels for part in train]),
        ),
        test=_read_batch(form, read, form.test, place),
    )


def _read_batch(form: Form, read: Read, name: str, place: Path) -> Labelled:
    batch = _dictionary(read, name, place)
    data: Any = _of(batch, "data", name, place)
    labels: Any = _of(batch, form.labels, name, place)
    values = 3 * SIDE * SIDE
    if (
        not isinstance(data, np.ndarray)
        or data.dtype != np.uint8
        or data.shape[1:] != (values,)
        or not _are_numbers(labels)
        or len(labels) != len(data)
    ):
        came = f"{data.dtype} {data.shape}" if isinstance(data, np.ndarray) else type(data).__name__
        count = len(labels) if hasattr(labels, "__len__") else "no"
        raise DataError(
            f"{place}: expected in {name} uint8 (N, {values}) and N labels, got {came} and "
            f"{count} labels; download it again from {_PAGE}"
        )
    # A row is the red plane, then green, then blue: (N, 3 * H * W) -> (N, 3, H, W) -> (N, H, W, 3)
    pictures = data.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return Labelled(np.ascontiguousarray(pictures), np.asarray(labels, np.int64))


def _dictionary(read: Read, name: str, place: Path) -> dict[str, Any]:
    """The content of a file by texts; Python 2 wrote its keys as bytes."""
    content = read_pickle(read(name), name=f"{place}: {name}")
    if not isinstance(content, dict):
        raise DataError(
            f"{place}: expected a dictionary in {name}, got {type(content).__name__}; download it "
            f"again from {_PAGE}"
        )
    return {_text(key): value for key, value in content.items()}


def _of(content: dict[str, Any], key: str, name: str, place: Path) -> Any:
    if key not in content:
        raise DataError(
            f"{place}: expected {key!r} in {name}, got {', '.join(content) or 'nothing'}; download "
            f"it again from {_PAGE}"
        )
    return content[key]


def _are_numbers(labels: Any) -> bool:
    if isinstance(labels, np.ndarray):
        return labels.ndim == 1 and labels.dtype.kind in "ui"
    return isinstance(labels, Sequence) and all(isinstance(label, int) for label in labels)


def _missing(form: Form, name: str, place: Path) -> DataError:
    return DataError(
        f"{place}: expected the python form of {form.name} ({', '.join(form.files)}), and {name} "
        f"is missing; unpack {form.archive} again ({_PAGE})"
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
