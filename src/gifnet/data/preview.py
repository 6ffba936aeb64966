"""A contact sheet of training patches, to be looked at before training on them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.data.crops import SceneCrops
from gifnet.data.folders import SceneFiles, list_scenes
from gifnet.data.samples import JointSampler
from gifnet.errors import DataError
from gifnet.imaging.contact_sheet import Row, contact_sheet

_CELL = 256
"""About how many pixels of the sheet a patch is wide."""


def draw_preview(
    roots: Sequence[Path],
    *,
    infrared: str = "ir",
    visible: str = "vi",
    count: int = 8,
    patch: int = 128,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """Draw random training patches: visible, infrared, near, far and region of each in a row.

    Args:
        roots: Folders of pairs or of single sharp pictures; they take turns.
        infrared: Name of the subfolder of the infrared pictures.
        visible: Name of the subfolder of the visible pictures.
        count: Number of rows.
        patch: Side of a patch, in pixels.
        seed: Seed of everything random.

    Returns:
        The sheet, (H, W, 3) uint8.

    Raises:
        DataError: A folder lacks what is needed, or a picture is unreadable or too small.
    """
    if patch < 8:
        raise DataError(f"expected patches of at least 8 pixels a side, got {patch}")
    listed = [list_scenes(root, infrared, visible) for root in roots]
    generator = np.random.default_rng(seed)
    shuffled = [
        [scenes[index] for index in generator.permutation(len(scenes))] for scenes in listed
    ]
    rows = []
    for number in range(count):
        scenes = shuffled[number % len(shuffled)]
        files = scenes[number // len(shuffled) % len(scenes)]
        rows.append(_row(files, number, patch=patch, seed=seed))
    return contact_sheet(rows, cell=patch * _enlargement(patch))


def _row(files: SceneFiles, number: int, *, patch: int, seed: int) -> Row:
    sample = JointSampler(SceneCrops([files.load()], patch=patch), seed=seed).sample(number)
    labels = ("visible", "infrared", "near", "far", "region")
    if files.infrared is None:  # what the training gets in its place
        labels = ("visible", "visible (no infrared)", "near", "far", "region")
    # Enlarged here by a whole number, for the sheet's own filter would add or take sharpness.
    scale = _enlargement(patch)
    pictures = [picture.repeat(scale, axis=0).repeat(scale, axis=1) for picture in sample]
    return Row(f"{files.folder}/{files.stem}", list(zip(labels, pictures, strict=True)))


def _enlargement(patch: int) -> int:
    return max(1, round(_CELL / patch))
