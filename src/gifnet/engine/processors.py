"""How many processors a process may use, and how many are left where others fuse too."""

import contextlib
import math
import os
import stat
import tempfile
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup/cpu.max")

_held: dict[Path, int] = {}
"""The open file by which other processes see this one; its lock ends with the process."""


def usable_processors() -> int:
    """Count the processors that this process may use.

    Fewer than the machine has where it is held to some, by affinity or by a container's quota.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:
        count = os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = _CGROUP.read_text(encoding="ascii").split()
        if quota != "max":
            count = min(count, math.ceil(int(quota) / int(period)))
    return max(count, 1)


def fair_share() -> int:
    """Choose how many threads to compute with where nobody says.

    Processes of one user that fuse on one machine see each other by locked files in the folder for
    temporary ones. Each takes its share of what there is when it starts to compute.

    Returns:
        All usable processors for a process that is alone, else its share, at least one.
    """
    try:
        others = _others(Path(tempfile.gettempdir()) / f"gifnet-{os.getuid()}")
    except (OSError, ImportError, AttributeError):
        # No place for files, or a system without such locks (Windows): nobody is seen.
        others = 0
    return max(usable_processors() // (1 + others), 1)


def _others(folder: Path) -> int:
    """Count the other processes, and show this one to them."""
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder.lstat()
    if not stat.S_ISDIR(place.st_mode) or place.st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's")
    own = folder / f"{os.getpid()}.lock"
    if own not in _held:
        _held[own] = _locked(own)
    return sum(_is_locked(file) for file in folder.glob("[0-9]*.lock") if file != own)


def _locked(file: Path) -> int:
    """Lock a file, made anew where another process has just removed it as a dead one's."""
    import fcntl

    while True:
        descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            # Others hold it for a moment only, while they look whether it is held.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), file.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_locked(file: Path) -> bool:
    import fcntl

    try:
        with file.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its process is gone.
            file.unlink(missing_ok=True)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
