"""Small files in the python form of CIFAR, as Python 2 wrote the published ones, or Python 3."""

import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def planes_of(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 32, 32, 3) -> rows of red, green and blue planes, (N, 3072)."""
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2).reshape(len(pictures), -1))


def python2_pickle(value: Any) -> bytes:
    """What ``cPickle.dumps(value, 2)`` of Python 2 writes: bytes stand for its texts."""
    return b"\x80\x02" + _opcodes(value) + b"."


def _opcodes(value: Any) -> bytes:
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, bytes):
        return b"T" + len(value).to_bytes(4, "little") + value
    if isinstance(value, int):
        return b"J" + value.to_bytes(4, "little", signed=True)
    if isinstance(value, tuple):
        return b"(" + b"".join(map(_opcodes, value)) + b"t"
    if isinstance(value, list):
        return b"](" + b"".join(map(_opcodes, value)) + b"e"
    if isinstance(value, dict):
        pairs = b"".join(_opcodes(part) for pair in value.items() for part in pair)
        return b"}(" + pairs + b"u"
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + _opcodes((0,))
    item = b"cnumpy\ndtype\n" + _opcodes((b"u1", 0, 1)) + b"R"
    item += _opcodes((3, b"|", None, None, None, -1, -1, 0)) + b"b"
    state = b"(" + _opcodes(1) + _opcodes(value.shape) + item + _opcodes(False)
    return made + _opcodes(b"b") + b"tR" + state + _opcodes(value.tobytes()) + b"tb"


def made_pictures(count: int, classes: int, seed: int) -> tuple[NDArray[np.uint8], list[int]]:
    """Pictures whose brightness and stripes tell their class, and their labels."""
    generator = np.random.default_rng(seed)
    labels = [number % classes for number in range(count)]
    rows = np.arange(32)[:, None, None]
    pictures = [
        128 + 50 * np.sin(rows * (0.3 + label)) + 12 * generator.standard_normal((32, 32, 3))
        for label in labels
    ]
    return np.clip(np.stack(pictures), 0, 255).astype(np.uint8), labels


def write_cifar10(folder: Path, *, count: int = 12, python: int = 2) -> None:
    """All files of CIFAR-10, with ``count`` pictures in each."""
    folder.mkdir(parents=True)
    dumps = python2_pickle if python == 2 else pickle.dumps
    names = [b"airplane", b"automobile", b"bird"]
    meta = {b"num_cases_per_batch": count, b"label_names": names, b"num_vis": 3072}
    (folder / "batches.meta").write_bytes(dumps(meta))
    for seed, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        pictures, labels = made_pictures(count, len(names), seed)
        batch = {b"batch_label": b"", b"labels": labels, b"data": planes_of(pictures)}
        (folder / name).write_bytes(dumps(batch))


def write_cifar100(folder: Path, *, count: int = 14) -> None:
    """All files of CIFAR-100, of seven classes."""
    folder.mkdir(parents=True)
    names = [f"class{number}".encode() for number in range(7)]
    meta = {b"fine_label_names": names, b"coarse_label_names": [b"all"]}
    (folder / "meta").write_bytes(python2_pickle(meta))
    for seed, name in enumerate(("train", "test")):
        pictures, labels = made_pictures(count, len(names), seed)
        batch = {
            b"fine_labels": labels,
            b"coarse_labels": [0] * count,
            b"data": planes_of(pictures),
        }
        (folder / name).write_bytes(python2_pickle(batch))


def packed(folder: Path, archive: Path) -> Path:
    """The archive of a folder, as it is downloaded."""
    with tarfile.open(archive, "w:gz") as file:
        file.add(folder, folder.name)
    return archive
