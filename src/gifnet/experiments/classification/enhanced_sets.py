"""Training pictures enhanced once, and kept on disk."""

import hashlib
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.fuse_cases import safe_file_name
from gifnet.experiments.classification.enhancers import Enhancer
from gifnet.experiments.classification.picture_set import Labelled, Pictures
from gifnet.imaging.atomic import write_atomically

logger = logging.getLogger(__name__)

_PART = 1024
"""Pictures of one file: what is lost at most where a run is killed."""

Progress = Callable[[int, int], None]
"""Called with the pictures that are done and the number of all."""


@dataclass(frozen=True)
class TrainingSet:
    """What a method made of the training pictures.

    Attributes:
        method: its name.
        labelled: the pictures and their labels.
        changed: share of the pictures that differ from the originals.
        difference: mean absolute difference of all values, in levels of 8 bits.
    """

    method: str
    labelled: Labelled
    changed: float
    difference: float

    @property
    def is_original(self) -> bool:
        """Whether no pixel of any picture differs."""
        return self.changed == 0


def enhanced_set(
    enhancer: Enhancer, original: Labelled, cache: Path, *, progress: Progress
) -> TrainingSet:
    """Enhance training pictures, or take what an earlier run made of the same ones.

    Args:
        enhancer: what enhances.
        original: the pictures.
        cache: folder of the enhanced ones; made if it is not there.
        progress: told after every thousand.

    Returns:
        The set.

    Raises:
        EvaluationError: the method fails, or the folder cannot be written to.
        ImageError: the pictures are too small for it.
    """
    if enhancer.lumas is None:
        return TrainingSet(enhancer.name, original, 0.0, 0.0)
    key = hashlib.sha256(f"{enhancer.digest}\n{original.digest}".encode()).hexdigest()
    folder = cache / f"{safe_file_name(enhancer.name)}-{key[:16]}"
    pictures = np.zeros_like(original.pictures)
    total = len(original)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for first in range(0, total, _PART):
            part = original.pictures[first : first + _PART]
            file = folder / f"{first:08d}.npy"
            enhanced = _read_part(file, part)
            if enhanced is None:
                enhanced = enhancer.enhance(part)
                _write_part(file, enhanced)
            pictures[first : first + _PART] = enhanced
            progress(min(first + _PART, total), total)
    except OSError as error:
        raise EvaluationError(
            f"cannot keep enhanced pictures in {folder}: {error.strerror or error}; make room or "
            "choose another folder, what is done is kept"
        ) from error
    changed, difference = 0, 0
    for first in range(0, total, _PART):
        here = slice(first, first + _PART)
        apart = np.abs(pictures[here].astype(np.int16) - original.pictures[here])
        changed += int(apart.any(axis=(1, 2, 3)).sum())
        difference += int(apart.sum(dtype=np.int64))
    return TrainingSet(
        enhancer.name,
        Labelled(pictures, original.labels),
        changed / total,
        difference / original.pictures.size,
    )


def _read_part(file: Path, part: Pictures) -> Pictures | None:
    try:
        found = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        logger.warning("%s is damaged (%s): its pictures are enhanced again", file, error)
        return None
    fits = isinstance(found, np.ndarray) and found.shape == part.shape
    return found if fits and found.dtype == np.uint8 else None


def _write_part(file: Path, pictures: Pictures) -> None:
    content = io.BytesIO()
    np.save(content, pictures)
    write_atomically(file, content.getbuffer())
