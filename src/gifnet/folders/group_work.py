"""A worker's part of the work: one group fused, and the line for the manifest."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gifnet.errors import GIFNetError, ImageFileError
from gifnet.folders.grouping import Group
from gifnet.folders.manifest import note_of
from gifnet.inference.files import fuse_stack_files
from gifnet.inference.fuser import Fuser
from gifnet.inference.settings import Device, Precision, Runtime

_LOGGER = logging.getLogger("gifnet")


@dataclass(frozen=True)
class FuserSettings:
    """How each worker makes its fuser; see ``Fuser``.

    Attributes:
        weights: a name, or a file.
        device: where to compute.
        precision: of the arithmetic.
        runtime: what computes.
        tile: longest side of a tile.
        threads: on a CPU, of one worker.
        max_memory: bytes, of one worker.
    """

    weights: str | None = None
    device: Device = Device.AUTO
    precision: Precision = Precision.FLOAT32
    runtime: Runtime = Runtime.AUTO
    tile: int | None = None
    threads: int | None = None
    max_memory: float | None = None

    def make(self) -> Fuser:
        """Make the fuser."""
        return Fuser(
            self.weights,
            device=self.device,
            precision=self.precision,
            runtime=self.runtime,
            tile=self.tile,
            threads=self.threads,
            max_memory=self.max_memory,
            repeatable=True,
        )


@dataclass(frozen=True)
class Job:
    """A group and the file that it becomes.

    Attributes:
        group: what is fused.
        output: the file.
    """

    group: Group
    output: Path


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Attributes:
        line: for the manifest.
        messages: what the library logged: level and text.
        hopeless: why no other job could do better, if that is so: there is no fuser.
    """

    line: dict[str, Any]
    messages: list[tuple[int, str]]
    hopeless: str | None = None


@dataclass
class GroupWork:
    """Fuses groups, with one fuser for all; picklable before the first.

    Attributes:
        fuser: how the fuser is made.
        how: options of ``fuse_files``.
        options: what stands in the manifest: all that decides a result.
        level: of the log.
    """

    fuser: FuserSettings
    how: Mapping[str, Any]
    options: Mapping[str, Any]
    level: int = logging.WARNING
    _made: Fuser | None = field(default=None, init=False)
    _broken: str | None = field(default=None, init=False)

    def __call__(self, job: Job) -> Outcome:
        """Fuse a group; every error is noted in the line."""
        started = time.perf_counter()
        listener = _Listener()
        _LOGGER.addHandler(listener)
        _LOGGER.propagate = False
        _LOGGER.setLevel(self.level)
        line: dict[str, Any] = {"output": job.output.name}
        try:
            line |= self._fuse(job)
        except GIFNetError as error:
            line |= failed(job, str(error))
        except OSError as error:
            reason = f"{error.filename or job.output}: {error.strerror or error}"
            line |= failed(job, f"{reason}; check the folder and the room on the disk")
        except Exception as error:
            line |= failed(job, f"unforeseen {type(error).__name__}: {error}")
        finally:
            _LOGGER.removeHandler(listener)
        line["seconds"] = round(time.perf_counter() - started, 3)
        return Outcome(line, listener.messages, self._broken)

    def _fuse(self, job: Job) -> dict[str, Any]:
        sources = job.group.sources
        notes = [_note(source) for source in sources]
        fuse_stack_files(sources, job.output, make_fuser=self._fuser, **self.how)
        for source, note in zip(sources, notes, strict=True):
            now = source.stat()
            if (now.st_size, now.st_mtime_ns) != (note["bytes"], note["modified_ns"]):
                raise ImageFileError(
                    f"{source}: expected a file that stays as it is, got one that was changed "
                    "while it was fused; run the command again"
                )
        return {
            "result": "written",
            "sources": notes,
            "options": dict(self.options),
            "written": note_of(job.output) | {"path": job.output.name},
        }

    def _fuser(self) -> Fuser:
        if self._made is None:
            try:
                self._made = self.fuser.make()
            except GIFNetError as error:
                self._broken = str(error)
                raise
        return self._made


def failed(job: Job, error: str) -> dict[str, Any]:
    """Make a line that says why a job failed.

    Args:
        job: which.
        error: why.
    """
    return {
        "output": job.output.name,
        "result": "failed",
        "sources": [{"path": str(source)} for source in job.group.sources],
        "error": error,
    }


def _note(source: Path) -> dict[str, Any]:
    try:
        return note_of(source)
    except OSError as error:
        raise ImageFileError(
            f"{source}: cannot read this file: {error.strerror or error}; check its name and mode"
        ) from error


class _Listener(logging.Handler):
    """Keeps what is logged, for the process that talks to people."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append((record.levelno, record.getMessage()))
