"""The folder of a run: one process at a time, and what to do where writing fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gifnet.errors import CheckpointError, ConfigError

LOCK_FILE = "run.lock"


def make_folder(run: Path) -> None:
    """Make the folder of a run where it does not exist.

    Args:
        run: Folder of the run.

    Raises:
        ConfigError: It cannot be made.
    """
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"cannot make the folder of the run, {run}: {error.strerror}; name another one"
        ) from error


@contextmanager
def alone_in(run: Path) -> Iterator[None]:
    """Keep other processes out of a run's folder; the system ends a dead process's hold.

    Args:
        run: Folder of the run.

    Raises:
        ConfigError: Another process is training there.
    """
    try:
        with FileLock(run / LOCK_FILE, timeout=0):
            yield
    except Timeout as error:
        raise ConfigError(
            f"another process is training in {run}: wait for it or stop it first"
        ) from error


@contextmanager
def writing_to(run: Path) -> Iterator[None]:
    """Say of which run a file could not be written, and that the run can go on.

    Args:
        run: Folder of the run.

    Raises:
        CheckpointError: In place of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            f"cannot write to the folder of the run, {run}: {error}; make room or allow writing "
            f"there, then go on with --resume {run}"
        ) from error
