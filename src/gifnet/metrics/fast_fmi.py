"""FMI, the feature mutual information: how much of a feature of the sources the fused one shares.

In every 3x3 window the nine values of a feature are taken as a distribution over the nine places
of the window. Of two such windows the joint distribution is not known; it is estimated from the
correlation of their values, between independence and the Fréchet bound of that sign.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey

SIDE = 3
"""Side of the windows."""

_PLACES = SIDE * SIDE
_CHUNK = 1024  # windows at once: three joint distributions of 81 numbers each stay in the cache
_STRIP = 16  # rows of windows at once
_FLAT = 1e-9  # differences below this part of the range of the values are rounding
_TINY = 1e-300  # in place of 0 in a logarithm that is multiplied by 0

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Windows:
    """N windows as distributions over their places.

    Attributes:
        shares: (9, N), the distribution.
        above: (9, N), the distribution summed up to each place, that place included.
        deviations: (9, N), values less their mean, of length 1; zeros in flat windows.
        entropies: (N,), natural logarithm.
        centres: (N,), mean place, 0 to 8.
        spreads: (N,), standard deviation of the place.
    """

    shares: Numbers
    above: Numbers
    deviations: Numbers
    entropies: Numbers
    centres: Numbers
    spreads: Numbers

    def part(self, begin: int, end: int) -> "_Windows":
        """Windows ``begin`` to ``end``."""
        fields = (
            self.shares,
            self.above,
            self.deviations,
            self.entropies,
            self.centres,
            self.spreads,
        )
        return _Windows(*(field[..., begin:end] for field in fields))


def fast_fmi(features: Sequence[Grey], fused: Grey, *, data_range: float) -> float:
    """Measure 2 I / (H_source + H_fused), averaged over the windows, then over the sources.

    Args:
        features: A feature (H, W) of each source.
        fused: The same feature (H, W) of the fused picture, at least 3x3.
        data_range: Range of the pictures, to tell flat windows from rounding.

    Returns:
        The mean; 1 where all windows are equal and not flat.
    """
    total, count = 0.0, 0
    for strips in zip(*(_strips(picture) for picture in (*features, fused)), strict=True):
        *sources, target = (_distributions(strip, _FLAT * data_range) for strip in strips)
        for begin in range(0, target.shares.shape[1], _CHUNK):
            part = target.part(begin, begin + _CHUNK)
            for source in sources:
                total += float(_shared_information(source.part(begin, begin + _CHUNK), part).sum())
        count += target.shares.shape[1]
    return total / (count * len(features))


def _strips(picture: Grey) -> Iterator[Numbers]:
    """The values (9, N) of the windows of a few rows, each window column by column."""
    height, width = (side - SIDE + 1 for side in picture.shape)
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        yield np.stack(
            [
                picture[top + row : bottom + row, column : column + width].ravel()
                for column in range(SIDE)
                for row in range(SIDE)
            ]
        )


def _distributions(values: Numbers, tolerance: float) -> _Windows:
    low = values.min(axis=0)
    height = values.max(axis=0) - low
    flat = height <= tolerance
    shares = (values - low) / np.where(flat, 1, height)
    shares[:, flat] = 1
    shares /= shares.sum(axis=0)
    deviations = shares - 1 / _PLACES
    deviations /= np.where(flat, 1, np.sqrt((deviations**2).sum(axis=0)))
    deviations[:, flat] = 0
    places = np.arange(_PLACES, dtype=np.float64)
    centres = places @ shares
    return _Windows(
        shares=shares,
        above=shares.cumsum(axis=0),
        deviations=deviations,
        entropies=-(shares * np.log(np.maximum(shares, _TINY))).sum(axis=0),
        centres=centres,
        spreads=np.sqrt((shares * (places[:, None] - centres) ** 2).sum(axis=0)),
    )


def _shared_information(source: _Windows, fused: _Windows) -> Numbers:
    """2 I / (H + H) of each of N windows (N,)."""
    correlations = (source.deviations * fused.deviations).sum(axis=0)
    joint = _extreme_joint(source, fused, correlations < 0)
    products = source.shares[:, None] * fused.shares[None, :]
    # Covariance of the places under the bound, and how far the estimate goes towards the bound.
    places = np.arange(_PLACES)
    weights = np.outer(places, places).astype(np.float64).ravel()
    bound = weights @ joint.reshape(_PLACES**2, -1) - source.centres * fused.centres
    fixed = np.abs(bound) <= 1e-12  # one of the distributions is all in one place
    towards = correlations * source.spreads * fused.spreads / np.where(fixed, 1, bound)
    towards[fixed] = 0
    joint -= products
    joint *= towards
    joint += products
    # The estimate may be beyond the bound, with a few negative shares; the published definition
    # takes the logarithm of their size.
    np.abs(joint, out=products)
    np.maximum(products, _TINY, out=products)
    np.log(products, out=products)
    joint_entropies = -np.einsum("ijn,ijn->n", joint, products)
    entropies = source.entropies + fused.entropies
    empty = entropies <= 1e-9
    shared = 2 * (entropies - joint_entropies) / np.where(empty, 1, entropies)
    return np.asarray(np.where(empty, 0, shared), np.float64)


def _extreme_joint(source: _Windows, fused: _Windows, opposite: NDArray[Any]) -> Numbers:
    """The Fréchet bound (9, 9, N): the upper, and where ``opposite`` the lower.

    Two places share what their stretches of the cumulated distribution share; for the lower bound
    the stretches of one of the two run backwards.
    """
    begins, ends = source.above - source.shares, source.above
    others = fused.above - fused.shares, fused.above
    other_begins = np.where(opposite, 1 - others[1], others[0])
    other_ends = np.where(opposite, 1 - others[0], others[1])
    joint = np.minimum(ends[:, None], other_ends[None, :])
    joint -= np.maximum(begins[:, None], other_begins[None, :])
    return np.maximum(joint, 0, out=joint)
