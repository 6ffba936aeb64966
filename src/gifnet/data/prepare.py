"""Checking a training set, and writing a plain copy of it."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gifnet.data.folders import Luma, Scene, SceneFiles, list_singles
from gifnet.data.layouts import PAIR_SETS, Split
from gifnet.data.opencv import cv2
from gifnet.data.prepared_folder import PREVIEW, SHARP_PREVIEW, PreparedFolder
from gifnet.data.preview import draw_preview
from gifnet.data.set_search import FoundPairs, find_pairs
from gifnet.errors import DataError
from gifnet.imaging import describe_size, write_image

LEAST_SIDE = 16
"""Pixels: the smallest patch that a recipe can ask for."""

_PREVIEW_ROWS = 8
_PREVIEW_PATCH = 128

SETS = ("plain", "sharp", *PAIR_SETS)
"""What can be prepared: pairs in two subfolders, single sharp pictures, the published sets."""


@dataclass
class PrepareReport:
    """What a training set holds, and what became of it."""

    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(width, height) -> number of scenes that can be trained on."""

    failed: dict[str, str] = field(default_factory=dict)
    """Stem and error of the scenes that cannot be used."""

    lonely: list[Path] = field(default_factory=list)
    """Pictures without a partner."""

    folders: list[tuple[Path, Path]] = field(default_factory=list)
    """Folders of infrared and of visible pictures; none for single pictures."""

    written: int = 0
    """Scenes that were copied now."""

    skipped: int = 0
    """Scenes that an earlier run had copied."""

    preview: Path | None = None
    """Contact sheet of the copy."""

    recipe: str = ""
    """Line for the table ``[data]`` of a recipe; empty if no recipe can name this part where it
    lies."""

    @property
    def pairs(self) -> int:
        """Scenes that can be trained on."""
        return self.sizes.total()


def prepare(
    name: str,
    root: Path,
    output: Path | None = None,
    *,
    split: Split = Split.TRAIN,
    infrared: str = "ir",
    visible: str = "vi",
    longest_side: int | None = None,
    on_scene: Callable[[int, int], None] | None = None,
) -> PrepareReport:
    """Decode every picture of a training set, and write a plain copy of the good ones if wanted.

    The copy is ``output/{ir,vi}/STEM.*``, or ``output/STEM.*`` for single pictures: the very
    bytes of the sources, or smaller grey PNG pictures. An interrupted run is gone on with by
    calling this again: what is copied is not copied again.

    Args:
        name: One of ``SETS``.
        root: Folder of the set; nothing in it is changed.
        output: Folder to write to, made if need be; None only checks.
        split: Which part of a published set.
        infrared: Name of the subfolder of the infrared pictures of a plain set.
        visible: Name of the subfolder of the visible pictures of a plain set.
        longest_side: Reduce the copies so that no side is longer than this, in pixels, and write
            them as 8-bit grey; None keeps the files as they are.
        on_scene: Called before the first and after each scene with the number of scenes done and
            of all scenes.

    Returns:
        What there is. A bad scene does not stop the others.

    Raises:
        DataError: Nothing is found, or the output folder holds something else.
        ImageFileError: A picture cannot be written.
    """
    if longest_side is not None and longest_side < LEAST_SIDE:
        raise DataError(
            f"expected a longest side of at least {LEAST_SIDE} pixels, got {longest_side}"
        )
    found = _find(name, root, split, infrared, visible)
    report = PrepareReport(lonely=found.lonely, folders=found.folders)
    copy = None
    if output is not None:
        settings = {"layout": name, "split": split, "longest_side": longest_side}
        copy = PreparedFolder(output, root, settings, found.pairs)
        copy.begin({folder for folders in found.folders for folder in folders} or {root})
    for number, files in enumerate(found.pairs):
        if on_scene is not None:
            on_scene(number, len(found.pairs))
        try:
            scene = files.load()
            size = _size(scene, files, longest_side)
        except DataError as error:
            report.failed[files.stem] = str(error)
            continue
        report.sizes[size] += 1
        if copy is None:
            continue
        if copy.holds(files):
            report.skipped += 1
            continue
        copy.write(files, None if longest_side is None else _reduce(scene, size))
        report.written += 1
    if on_scene is not None:
        on_scene(len(found.pairs), len(found.pairs))
    if output is not None and report.sizes:
        report.preview = _write_preview(output, name, report)
    report.recipe = _recipe(name, root, output, split, infrared, visible)
    return report


def _find(name: str, root: Path, split: Split, infrared: str, visible: str) -> FoundPairs:
    if name not in SETS:
        raise DataError(f"expected a set of {', '.join(SETS)}, got {name!r}: choose one of these")
    if name == "sharp":
        return FoundPairs(list_singles(root), [], [])
    return find_pairs(name, root, split=split, infrared=infrared, visible=visible)


def _size(scene: Scene, files: SceneFiles, longest_side: int | None) -> tuple[int, int]:
    """Width and height that a scene gets: its own, or reduced ones of the same proportions."""
    height, width = scene.visible.shape
    scale = min(1.0, (longest_side or max(height, width)) / max(height, width))
    size = round(width * scale), round(height * scale)
    if min(size) < LEAST_SIDE:
        reduced = f", which is reduced to {size[0]} x {size[1]}," if scale < 1 else ""
        raise DataError(
            f"expected pictures of at least {LEAST_SIDE} x {LEAST_SIDE} pixels, got "
            f"{describe_size(scene.visible.shape)}{reduced} in {files.visible}: leave it out"
        )
    return size


def _reduce(scene: Scene, size: tuple[int, int]) -> list[Luma]:
    """The visible and, of a pair, the infrared picture, (H, W) uint8, by averaging."""
    pictures = [scene.visible] if scene.infrared is None else [scene.visible, scene.infrared]
    return [
        np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        for picture in pictures
    ]


def _write_preview(output: Path, name: str, report: PrepareReport) -> Path:
    """A contact sheet of patches of the copy."""
    sheet = draw_preview(
        [output],
        count=min(_PREVIEW_ROWS, report.pairs),
        patch=min(_PREVIEW_PATCH, *(side for size in report.sizes for side in size)),
    )
    file = output / (SHARP_PREVIEW if name == "sharp" else PREVIEW)
    file.parent.mkdir(exist_ok=True)
    write_image(file, sheet)
    return file


def _recipe(
    name: str, root: Path, output: Path | None, split: Split, infrared: str, visible: str
) -> str:
    """What to write into a recipe's table ``[data]`` to train on the copy or, without, the set."""
    if output is not None:
        return f"{'sharp' if name == 'sharp' else 'pairs'} = [{{ root = {_quote(output)} }}]"
    if name == "sharp":
        return f"sharp = [{{ root = {_quote(root)} }}]"
    if name != "plain":
        entry = f"root = {_quote(root)}, layout = {_quote(name)}"
        return f"pairs = [{{ {entry} }}]" if split is Split.TRAIN else ""
    names = {"infrared": (infrared, "ir"), "visible": (visible, "vi")}
    others = "".join(f", {key} = {_quote(v)}" for key, (v, usual) in names.items() if v != usual)
    return f"pairs = [{{ root = {_quote(root)}{others} }}]"


def _quote(value: str | Path) -> str:
    """A TOML string; paths absolute, for those of a recipe are relative to the recipe."""
    text = str(value.resolve()) if isinstance(value, Path) else value
    return json.dumps(text, ensure_ascii=False)
