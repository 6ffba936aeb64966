"""How much memory there is, and how much of it a picture may take."""

import contextlib
import ctypes
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_MEBIBYTE = 2**20
_LEAST = 462 * _MEBIBYTE
_MOST = 1300 * _MEBIBYTE
_PER_PIXEL = 1_100
_FIXED = 150 * _MEBIBYTE
# The number of the setting in <malloc.h>.
_M_MMAP_THRESHOLD = -3
_MOST_OF_GPU = 3000 * _MEBIBYTE
# What tiles need at least, whatever the pictures themselves take.
_TILES = 260 * _MEBIBYTE


def default_budget(pixels: int) -> float:
    """Choose what the process may take for a picture where nobody says.

    About a kilobyte a pixel, at which nothing is computed twice, from 462 MiB to 1300 MiB; never
    more than half of what is free.

    Args:
        pixels: of the picture.

    Returns:
        Bytes, of the whole process.
    """
    wanted = min(max(_FIXED + _PER_PIXEL * pixels, _LEAST), _MOST)
    return min(wanted, used_memory() + free_memory() / 2)


def gpu_budget(device: str) -> float:
    """Choose what tiles and kept features may take of a GPU's memory where nobody says.

    3000 MiB, or half of what is free where that is less and CUDA tells.

    Args:
        device: ``cuda`` or ``mps``.

    Returns:
        Bytes.
    """
    import torch

    if device == "cuda":
        free, _ = torch.cuda.mem_get_info()
        return float(min(_MOST_OF_GPU, free / 2))
    return float(_MOST_OF_GPU)


def left_of(budget: float) -> float:
    """Tell what a budget leaves for tiles and kept features.

    Args:
        budget: bytes for the whole process.

    Returns:
        Bytes, at least what the smallest sensible tiles take.
    """
    return max(budget - used_memory(), _TILES)


def free_memory() -> float:
    """Bytes that can be had without pushing others out; endless where the system does not tell.

    In a container these are no more than its limit leaves.
    """
    return min(_free_of_machine(), _left_in_container())


def _left_in_container() -> float:
    """What a control group (version 2, Linux) leaves; endless where there is no limit."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        if limit == "max":
            return float("inf")
        used = float((_CGROUP / "memory.current").read_text(encoding="ascii"))
        for line in (_CGROUP / "memory.stat").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "inactive_file":
                # Pages of files that nobody has asked for of late go at once.
                used -= float(value)
        return max(float(limit) - used, 0.0)
    except (OSError, ValueError):
        return float("inf")


def _free_of_machine() -> float:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return physical_memory() / 2


def physical_memory() -> float:
    """Bytes of memory that the machine has; endless where the system does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def used_memory() -> float:
    """Bytes of memory that this process holds; a usual figure where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError, AttributeError):
        return float(_FIXED)


def keep_large_blocks_apart() -> None:
    """Take large blocks from the system one by one, and give them back one by one (glibc).

    Left to itself glibc takes ever larger ones from its store, where pieces that stay in use keep
    the rest from going back: six pictures of one size then take a fifth more than the first.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 4 * _MEBIBYTE)


def give_back_memory() -> None:
    """Hand freed memory back to the system, where the C library keeps it for later (glibc does).

    What a picture took would else count as used when the next one is planned.
    """
    # Another C library, or another system, has no such call.
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
