"""The joint data set of whole pictures on disk (Sec. 3.2), for other programs to train on."""

import glob
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gifnet.data.defocus import make_focus_pair
from gifnet.data.folders import Luma, SceneFiles, list_pairs
from gifnet.data.joint_manifest import JointSettings
from gifnet.data.opencv import cv2
from gifnet.errors import DataError
from gifnet.imaging import describe_size, from_float, write_image

FOLDERS = ("visible", "infrared", "near", "far")

LEAST_SIDE = 8
"""No scene can be near and far in fewer pixels."""


@dataclass
class JointSetReport:
    """What became of each pair."""

    written: list[str] = field(default_factory=list)
    """Stems that were made now."""

    skipped: list[str] = field(default_factory=list)
    """Stems that an earlier run had completed."""

    failed: dict[str, str] = field(default_factory=dict)
    """Stem and error of the pairs that could not be used."""


def write_joint_set(
    root: Path,
    output: Path,
    *,
    infrared: str = "ir",
    visible: str = "vi",
    seed: int = 0,
    size: tuple[int, int] | None = None,
    on_pair: Callable[[int, int], None] | None = None,
) -> JointSetReport:
    """Write ``output/{visible,infrared,near,far}/STEM.png``, 8-bit grey, for each pair of a folder.

    What is written depends on the seed and the stem alone. An interrupted run is gone on with by
    calling this again: what is complete is not made again.

    Args:
        root: Folder of the pairs; nothing in it is changed.
        output: Folder to write to; made if need be.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.
        seed: Seed of everything random, at least 0.
        size: Width and height to cut each picture to in its middle and then reduce it to; None
            keeps its own size.
        on_pair: Called before the first and after each pair with the number of pairs done and of
            all pairs.

    Returns:
        What became of each pair. A bad pair does not stop the others.

    Raises:
        DataError: The root has no pairs, or the output folder holds something else.
        ImageFileError: A picture cannot be written.
    """
    pairs = list_pairs(root, infrared, visible)
    settings = JointSettings(root.resolve().name, seed, infrared, visible, size)
    _require_apart(root, output, infrared, visible)
    try:
        settings.check(output, FOLDERS)
        for name in FOLDERS:
            (output / name).mkdir(parents=True, exist_ok=True)
        settings.write(output, pairs)
    except OSError as error:
        raise DataError(
            f"cannot write to {output} ({error.strerror}): choose another folder"
        ) from error

    report = JointSetReport()
    for number, files in enumerate(pairs):
        if on_pair is not None:
            on_pair(number, len(pairs))
        targets = [output / name / f"{files.stem}.png" for name in FOLDERS]
        if all(target.is_file() for target in targets):
            report.skipped.append(files.stem)
            continue
        try:
            pictures = _make(files, seed, size)
        except DataError as error:
            report.failed[files.stem] = str(error)
            continue
        for target, picture in zip(targets, pictures, strict=True):
            _remove_rests(target)
            write_image(target, picture)
        report.written.append(files.stem)
    if on_pair is not None:
        on_pair(len(pairs), len(pairs))
    return report


def _make(files: SceneFiles, seed: int, size: tuple[int, int] | None) -> tuple[Luma, ...]:
    """Visible, infrared, near and far, (H, W) uint8 each."""
    scene = files.load()
    pictures = [scene.visible] if scene.infrared is None else [scene.visible, scene.infrared]
    least = size or (LEAST_SIDE, LEAST_SIDE)
    height, width = scene.visible.shape
    if width < least[0] or height < least[1]:
        raise DataError(
            f"expected pictures of at least {least[0]} x {least[1]} pixels, got "
            f"{describe_size(scene.visible.shape)} in {files.visible}: leave it out"
            + (" or ask for a smaller size" if size else "")
        )
    if size is not None:
        pictures = [_fit(picture, *size) for picture in pictures]
    generator = np.random.default_rng([seed, *_numbers(files.stem)])
    sharp = np.asarray(pictures[0], np.float32) / np.float32(255)
    pair = make_focus_pair(generator, sharp)
    blurred = [np.asarray(from_float(p, np.dtype(np.uint8)), np.uint8) for p in pair[:2]]
    return (*pictures, *blurred)


def _fit(picture: Luma, width: int, height: int) -> Luma:
    """Cut the middle out in the wanted aspect ratio, and reduce it to the wanted size."""
    scale = min(picture.shape[1] / width, picture.shape[0] / height)
    rows, columns = round(height * scale), round(width * scale)
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    cut = picture[top : top + rows, left : left + columns]
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _numbers(stem: str) -> list[int]:
    """Numbers that stand for a stem, the same on every machine."""
    digest = hashlib.sha256(stem.encode("utf-8", "surrogateescape")).digest()
    return [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4)]


def _remove_rests(target: Path) -> None:
    """Remove what a run that was killed while it wrote this very file left beside it."""
    for rest in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        rest.unlink(missing_ok=True)


def _require_apart(root: Path, output: Path, infrared: str, visible: str) -> None:
    """Refuse to write where the inputs are."""
    inputs = {(root / name).resolve() for name in (infrared, visible)}
    for name in ("", *FOLDERS):
        if (output / name).resolve() in inputs:
            raise DataError(
                f"expected an output folder apart from the inputs, got {output}, whose "
                f"{name or 'own files'} are inputs: choose another folder"
            )
