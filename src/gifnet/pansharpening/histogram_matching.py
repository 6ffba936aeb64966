"""Giving a picture the histogram of another one, exactly but for the width of a bin."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray

_BINS = 2**16


class Histogram:
    """How often values of [0, 1] occur, gathered block by block in 65,536 bins."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, np.int64)

    def add(self, values: NDArray[np.float32]) -> None:
        """Count values; those beyond [0, 1] count at its ends."""
        bins = np.clip(values * _BINS, 0, _BINS - 1).astype(np.int64)
        self._counts += np.bincount(bins.ravel(), minlength=_BINS)

    def shares(self) -> NDArray[np.float64]:
        """The share of values below each edge of the bins, 0 to 1, (65537,)."""
        below = np.concatenate([[0], np.cumsum(self._counts)])
        return np.asarray(below / max(below[-1], 1))


class Matching:
    """Replaces a value by that of the same rank in another picture.

    Within a bin ranks are taken to be spread evenly, so values keep their order and no two of
    different bins fall together unless the other picture's do.

    Args:
        source: of what shall be changed.
        target: of what it shall be like.
    """

    def __init__(self, source: Histogram, target: Histogram) -> None:
        self._edges = np.linspace(0, 1, _BINS + 1)
        self._ranks = source.shares()
        shares = target.shares()
        # Empty bins have no ranks: only the ends of bins that hold something are joined.
        held = np.flatnonzero(np.diff(shares) > 0)
        self._target_ranks: NDArray[Any] = np.column_stack([shares[held], shares[held + 1]]).ravel()
        self._target_values = np.column_stack([self._edges[held], self._edges[held + 1]]).ravel()

    def __call__(self, values: FloatArray) -> FloatArray:
        """Match values of [0, 1]."""
        if not self._target_ranks.size:
            return values
        ranks = np.interp(values, self._edges, self._ranks)
        return np.interp(ranks, self._target_ranks, self._target_values).astype(np.float32)
