"""The scenes of a run: what is trained on, and what is kept out for validation."""

import hashlib
import json
import logging
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from gifnet.data.decoded import decode, memory_needed
from gifnet.data.folders import Scene, SceneFiles, list_singles
from gifnet.data.set_search import list_training_pairs
from gifnet.errors import DataError
from gifnet.training.config import DataConfig, TrainingConfig

logger = logging.getLogger(__name__)

_GIBI = 2**30


class Scenes(NamedTuple):
    """Decoded scenes with their drawing weights, and those kept for validation."""

    paired: list[Scene]
    paired_weights: list[float]
    sharp: list[Scene]
    sharp_weights: list[float]
    held_out: list[Scene]

    @property
    def digest(self) -> str:
        """SHA-256 of names, sizes and the middle rows of all pictures, in their order.

        Reading all pixels would take minutes for large sets.
        """
        rows = [
            (
                scene.name,
                picture.shape,
                zlib.crc32(picture[picture.shape[0] // 2].tobytes()),
            )
            for scene in (*self.paired, *self.sharp, *self.held_out)
            for picture in (scene.visible, scene.infrared)
            if picture is not None
        ]
        return hashlib.sha256(json.dumps(rows).encode("utf-8", "surrogateescape")).hexdigest()


def load_scenes(config: TrainingConfig) -> Scenes:
    """Decode all training folders, into memory or, beyond ``data.memory``, ``data.cache``.

    Every n-th picture of a folder is held out for validation, ``validation.holdout`` of each.
    Scenes that are smaller than a patch are left out, with a warning.

    Args:
        config: The run's configuration.

    Returns:
        The scenes. Each folder's weight is shared out equally among its scenes.

    Raises:
        DataError: A folder is missing, empty, or too small to hold pictures out; or the pictures
            take more memory than they may, and there is no folder for them.
    """
    data, holdout = config.data, config.validation.holdout
    pairs = [list_training_pairs(f.layout, f.root, f.infrared, f.visible) for f in data.pairs]
    sharp = [list_singles(folder.root) for folder in data.sharp]
    cache = data.cache if _is_too_large(data, [*pairs, *sharp]) else None
    scenes = Scenes([], [], [], [], [])
    for found, folder in zip(pairs, data.pairs, strict=True):
        large = _large_enough(decode(found, cache), data.patch)
        kept = _hold_out(large, holdout, scenes.held_out)
        scenes.paired.extend(kept)
        scenes.paired_weights.extend([folder.weight / len(kept)] * len(kept))
    for found, singles in zip(sharp, data.sharp, strict=True):
        large = _large_enough(decode(found, cache), data.patch)
        kept = _hold_out(large, holdout, scenes.held_out)
        scenes.sharp.extend(kept)
        scenes.sharp_weights.extend([singles.weight / len(kept)] * len(kept))
    return scenes


def _is_too_large(data: DataConfig, folders: Sequence[Sequence[SceneFiles]]) -> bool:
    """Tell whether pictures do not fit into memory; with no other place for them, say so."""
    needed = [memory_needed(files) for files in folders]
    if sum(needed) <= data.memory * _GIBI:
        return False
    if data.cache is None:
        roots = [folder.root.name for folder in data.pairs] + [f.root.name for f in data.sharp]
        each = ", ".join(f"{n} {b / _GIBI:.3g}" for n, b in zip(roots, needed, strict=True))
        raise DataError(
            f"expected pictures that take at most data.memory = {data.memory:g} GiB when they are "
            f"decoded, got {sum(needed) / _GIBI:.3g} GiB ({each}): name a folder with room for "
            "them (data.cache, or --cache DIR), make smaller copies (gifnet data prepare "
            "--longest-side N), or raise data.memory to what each process may take"
        )
    return True


def _large_enough(scenes: list[Scene], patch: int) -> list[Scene]:
    """Leave out what no patch can be cut from."""
    large = [scene for scene in scenes if min(scene.visible.shape) >= patch]
    small = [scene for scene in scenes if min(scene.visible.shape) < patch]
    if not large:
        raise DataError(
            f"expected pictures of at least {patch}x{patch} pixels (the patch size), got smaller "
            f"ones only in {small[0].name.split('/')[0]!r}: choose smaller patches"
        )
    if small:
        logger.warning(
            "%s: scenes left out that are smaller than a patch of %dx%d pixels: %d (%s%s)",
            small[0].name.split("/")[0],
            patch,
            patch,
            len(small),
            ", ".join(scene.name for scene in small[:3]),
            ", ..." if len(small) > 3 else "",
        )
    return large


def _hold_out(scenes: list[Scene], count: int, held_out: list[Scene]) -> list[Scene]:
    if len(scenes) <= count:
        folder = scenes[0].name.split("/")[0]
        raise DataError(
            f"expected more than validation.holdout = {count} pictures in {folder!r}, found "
            f"{len(scenes)}: add pictures or lower it"
        )
    chosen = {round(index * (len(scenes) - 1) / max(count - 1, 1)) for index in range(count)}
    held_out.extend(scene for index, scene in enumerate(scenes) if index in chosen)
    return [scene for index, scene in enumerate(scenes) if index not in chosen]
