"""Temporary files of processes that were killed while they wrote."""

import os
import sys
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from gifnet.imaging.atomic import owner_of_temporary


def remove_leftovers(folder: Path, names: Set[str]) -> int:
    """Remove the temporary files that results were left in half written.

    Args:
        folder: of the results.
        names: of the results that are this run's; nothing else is touched.

    Returns:
        How many were removed: those whose process runs no more.
    """
    removed = 0
    for file in folder.iterdir():
        owner = owner_of_temporary(file.name)
        if owner is None or owner[0] not in names or _runs(owner[1]):
            continue
        with suppress(OSError):
            file.unlink()
            removed += 1
    return removed


def _runs(process: int) -> bool:
    """Whether a process with this number runs, other than this one, which writes no results."""
    if process == os.getpid() or process <= 0:
        return False
    if sys.platform == "win32":
        import ctypes

        query, still_active = 0x1000, 259
        handle = ctypes.windll.kernel32.OpenProcess(query, False, process)
        if not handle:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == still_active
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
