"""Fusing one case with one method: read, fuse, write."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from gifnet.errors import (
    CheckpointError,
    GIFNetError,
    MissingDependencyError,
)
from gifnet.evaluation.fusing.method import Method
from gifnet.evaluation.fusing.record import SUFFIXES
from gifnet.evaluation.measuring.applicability import panchromatic_index
from gifnet.evaluation.measuring.pictures import DATA_RANGE, Pixels, read_picture
from gifnet.imaging import from_float, require_same_size, write_image
from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.atomic import write_atomically


@dataclass(frozen=True)
class Job:
    """One picture to be made.

    Attributes:
        case: name of the case.
        method: name of the method.
        made_from: digest of its sources and of the method; None if a source cannot be read.
        sources: the files, in their order.
        stem: path of the file to write, without suffix.
    """

    case: str
    method: str
    made_from: str | None
    sources: tuple[Path, ...]
    stem: Path


class Cause(Enum):
    """Why there is no picture."""

    SOURCE = "a source"
    METHOD = "the method, with this case"
    EVERYTHING = "something that no other case will change"


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Attributes:
        file: the picture; None if there is none.
        cause: why there is none.
        message: the same in words.
    """

    file: Path | None
    cause: Cause | None = None
    message: str = ""


def run_job(method: Method, job: Job) -> Outcome:
    """Fuse one case and write the result: PNG, or ``.npy`` for bands and for deep sources.

    Args:
        method: what fuses.
        job: what, and where to.

    Returns:
        The file, or why there is none; errors are not raised, so that they pass from process to
        process.
    """
    cause = Cause.EVERYTHING
    try:
        # What lies there is the result of other sources, or of a method since changed.
        for suffix in SUFFIXES:
            _with_suffix(job.stem, suffix).unlink(missing_ok=True)
        cause = Cause.SOURCE
        sources = _read_sources(job.sources)
        panchromatic = panchromatic_index([source.shape for source in sources])
        cause = Cause.METHOD
        fused = _fuse(method, sources, panchromatic)
        cause = Cause.EVERYTHING
        return Outcome(_write(job.stem, fused, bands=panchromatic is not None))
    except (CheckpointError, MissingDependencyError) as error:
        return Outcome(None, Cause.EVERYTHING, str(error))
    except Exception as error:  # one picture that a library chokes on shall not stop the others
        known = isinstance(error, GIFNetError | OSError)
        return Outcome(None, cause, str(error) if known else f"{type(error).__name__}: {error}")


def run_named_job(text: str, job: Job) -> Outcome:
    """``run_job`` in another process, which makes the method for itself.

    Args:
        text: what ``make_method`` takes.
        job: as for ``run_job``.
    """
    try:
        method = _method_of(text)
    except GIFNetError as error:
        return Outcome(None, Cause.EVERYTHING, str(error))
    return run_job(method, job)


def prepare_worker() -> None:
    """Tie this worker process to the one that began it.

    Ctrl-C is the latter's to answer. If it is killed, its workers would wait for work for ever,
    since they keep each other's pipes open: here they end with it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@cache
def _method_of(text: str) -> Method:
    from gifnet.evaluation.fusing.methods import make_method

    return make_method(text)


def _read_sources(files: Sequence[Path]) -> list[Pixels]:
    """Pictures of one size, or a panchromatic one and one with bands; uint8, or 0 to 255."""
    sources = [read_picture(file) for file in files]
    if panchromatic_index([source.shape for source in sources]) is None:
        for file, source in zip(files[1:], sources[1:], strict=True):
            require_same_size(sources[0].shape, source.shape, names=(str(files[0]), str(file)))
    return sources


def _fuse(method: Method, sources: Sequence[Pixels], panchromatic: int | None) -> Pixels:
    """The fused picture, uint8 if all sources are, else float32 in [0, 1]."""
    values = [_to_unit_range(source) for source in sources]
    if panchromatic is None:
        fused = method.fuse_values(values)
    else:
        fused = method.sharpen(values[1 - panchromatic], values[panchromatic])
    if any(source.dtype != np.uint8 for source in sources):
        return fused
    return from_float(fused, np.dtype(np.uint8))


def _to_unit_range(source: Pixels) -> FloatArray:
    values: FloatArray = source.astype(np.float32) / np.float32(DATA_RANGE)
    return np.clip(values, 0.0, 1.0)


def _write(stem: Path, fused: Pixels, *, bands: bool) -> Path:
    if fused.ndim == 3 and not bands and (fused == fused[..., :1]).all():
        fused = fused[..., 0]
    if fused.dtype == np.uint8 and not bands:
        file = _with_suffix(stem, ".png")
        write_image(file, fused.astype(np.uint8, copy=False))
        return file
    file = _with_suffix(stem, ".npy")
    content = BytesIO()
    np.save(content, fused, allow_pickle=False)
    write_atomically(file, content.getbuffer())
    return file


def _with_suffix(stem: Path, suffix: str) -> Path:
    """Not ``Path.with_suffix``, which takes what follows a dot in a name off."""
    return stem.with_name(stem.name + suffix)
