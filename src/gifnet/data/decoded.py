"""Decoded scenes: in memory or, where they are too many for it, in a file that is mapped.

A mapped file is read by the operating system as patches are cut, and kept in what memory is free;
all processes of a machine share it.
"""

import hashlib
import itertools
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from PIL import Image

from gifnet.data.folders import Luma, Scene, SceneFiles
from gifnet.errors import DataError
from gifnet.imaging.atomic import write_atomically

_FORMAT = 1
"""Raised when the same picture files decode to other pixels."""


def memory_needed(scenes: Sequence[SceneFiles]) -> int:
    """Tell how many bytes scenes take when they are decoded; only headers are read.

    Args:
        scenes: The scenes. A picture that cannot be read counts nothing: decoding it says why.
    """
    return sum(_pixels(file) for files in scenes for file in _sources(files))


def decode(scenes: Sequence[SceneFiles], folder: Path | None) -> list[Scene]:
    """Decode scenes.

    Args:
        scenes: The scenes.
        folder: Where the file with the decoded pictures is to lie, made if need be; None keeps
            them in memory. A file that an earlier run or another process made of the same
            pictures is used again; it may be removed whenever nothing trains.

    Returns:
        The scenes, with the same pixels either way.

    Raises:
        DataError: A picture cannot be used, or the file cannot be written.
    """
    if folder is None:
        return [files.load() for files in scenes]
    name = _name(scenes)
    pixels, index = folder / f"{name}.luma", folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{name}.lock"):  # others wait until it is there
            if not index.is_file() or not pixels.is_file():
                _write(scenes, pixels, index)
    except OSError as error:
        raise DataError(
            f"cannot write the decoded pictures ({memory_needed(scenes) / 2**30:.1f} GiB) to "
            f"{folder}: {error.strerror or error}; make room or name another folder"
        ) from error
    shapes = json.loads(index.read_bytes())
    starts = [0, *itertools.accumulate(p * height * width for p, height, width in shapes)]
    if pixels.stat().st_size != starts[-1]:
        raise DataError(
            f"{pixels}: expected {starts[-1]} bytes of decoded pictures, got "
            f"{pixels.stat().st_size}: remove this file and start again"
        )
    return [
        _scene_at(files.name, pixels, start, planes, height, width)
        for files, start, (planes, height, width) in zip(scenes, starts, shapes, strict=False)
    ]


@dataclass(frozen=True)
class MappedScene(Scene):
    """A scene whose pictures lie in a file; another process gets the place and not the pixels."""

    file: Path
    start: int
    """Where the visible picture begins, in bytes; the infrared one follows it."""

    def __reduce__(self) -> tuple[Any, ...]:
        planes = 1 if self.infrared is None else 2
        return _scene_at, (self.name, self.file, self.start, planes, *self.visible.shape)


def _scene_at(
    name: str, file: Path, start: int, planes: int, height: int, width: int
) -> MappedScene:
    end = start + planes * height * width
    pictures = _mapped(file)[start:end].reshape(planes, height, width)
    return MappedScene(name, pictures[0], pictures[1] if planes == 2 else None, file, start)


@cache
def _mapped(file: Path) -> Luma:
    """The whole file; one mapping for all scenes, as their number is limited."""
    return np.asarray(np.memmap(file, np.uint8, mode="r"))


def _write(scenes: Sequence[SceneFiles], pixels: Path, index: Path) -> None:
    """Write the pictures one after the other, and then their shapes."""
    unfinished = pixels.with_name(f".{pixels.name}.tmp")
    shapes = []
    try:
        with unfinished.open("wb") as stream:
            for files in scenes:
                scene = files.load()
                pictures = [p for p in (scene.visible, scene.infrared) if p is not None]
                for picture in pictures:
                    stream.write(picture.tobytes())
                shapes.append((len(pictures), *scene.visible.shape))
        unfinished.replace(pixels)
    finally:
        unfinished.unlink(missing_ok=True)
    write_atomically(index, json.dumps(shapes).encode())


def _name(scenes: Sequence[SceneFiles]) -> str:
    """A name that other or changed picture files do not share."""
    states = [
        [files.name, *((str(file.resolve()), *_state(file)) for file in _sources(files))]
        for files in scenes
    ]
    text = json.dumps([_FORMAT, states])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _state(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError as error:
        raise DataError(f"cannot use a training picture: {file}: {error.strerror}") from error
    return state.st_size, state.st_mtime_ns


def _pixels(file: Path) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures, which decoding judges
        try:
            with Image.open(file) as picture:
                return picture.width * picture.height
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return 0


def _sources(files: SceneFiles) -> list[Path]:
    return [files.visible, *([files.infrared] if files.infrared is not None else [])]
