"""Features as NumPy arrays, for the runtimes on the CPU."""

import contextlib
import mmap
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from gifnet.engine.folding import CHANNELS
from gifnet.engine.runtime import Features, Padding


def allocate(rows: int, columns: int, dtype: DTypeLike) -> Features:
    """See ``Runtime.allocate``: pages of its own, which go back to the system with the array.

    From the C library's store they would come in pieces that others keep in use, and each picture
    would take more than the one before.
    """
    shape = (1, rows, columns, CHANNELS)
    size = max(int(np.prod(shape)) * np.dtype(dtype).itemsize, 1)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        # A hundred thousand small pages, each handed out when it is written to, would take a tenth
        # of the time. Where a system has no large ones, it goes on with small ones.
        with contextlib.suppress(OSError):
            pages.madvise(mmap.MADV_HUGEPAGE)
    else:
        pages = mmap.mmap(-1, size)
    return np.frombuffer(pages, dtype, int(np.prod(shape))).reshape(shape)


def assemble(parts: Sequence[Features], padding: Padding) -> Features:
    """See ``Runtime.assemble``."""
    features = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    if not any(padding):
        return features
    sides = ((0, 0), (padding.top, padding.bottom), (padding.left, padding.right), (0, 0))
    return np.pad(features, sides, mode="reflect")
