"""What was measured, and its means with intervals."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.evaluation.statistics import RESAMPLES, SEED, bootstrap_interval

FIRST, SECOND = "first source", "second source"
SOURCES = 2
"""So many of the pictures that are compared are sources alone."""


@dataclass(frozen=True, eq=False)
class SetResult:
    """What was measured on one set.

    Attributes:
        name: of the set.
        cases: names of those that count.
        values: (cases, pictures, measures); NaN for a measure that a case has nothing for.
    """

    name: str
    cases: tuple[str, ...]
    values: NDArray[np.float64]

    def of(self, measure: int) -> NDArray[np.float64]:
        """The values (cases that count, pictures) of one measure, without NaN."""
        values = self.values[:, :, measure]
        return np.asarray(values[~np.isnan(values).any(axis=1)])


@dataclass(frozen=True)
class Downstream:
    """What came of it.

    Attributes:
        pictures: names of what was compared: both sources alone, then the methods.
        sets: in the order given.
        problems: what was left out and why, a line each.
        files: what was written.
    """

    pictures: tuple[str, ...]
    sets: tuple[SetResult, ...]
    problems: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A mean with the ends of its 95 % bootstrap interval; NaN ends where there is one case."""

    mean: float
    low: float
    high: float

    def text(self, decimals: int) -> str:
        """As ``0.71 [0.66, 0.75]``."""
        mean, low, high = (f"{value:.{decimals}f}" for value in (self.mean, self.low, self.high))
        return mean if np.isnan(self.low) else f"{mean} [{low}, {high}]"


def estimates(result: SetResult, measure: int) -> list[Estimate]:
    """Give the mean of each picture under a measure, over the cases that count; empty if none."""
    return _estimated(result.of(measure))


def differences(result: SetResult, measure: int) -> tuple[int, list[Estimate]]:
    """Compare each method with the better source alone, case by case.

    Args:
        result: of a set.
        measure: number of one that has values.

    Returns:
        0 or 1, the source with the higher mean, and for each method the mean of its value less
        that source's.
    """
    values = result.of(measure)
    better = int(np.argmax(values[:, :SOURCES].mean(axis=0)))
    return better, _estimated(values[:, SOURCES:] - values[:, better, None])


def _estimated(values: NDArray[np.float64]) -> list[Estimate]:
    if not len(values):
        return []
    means = values.mean(axis=0)
    if len(values) == 1:
        return [Estimate(float(mean), np.nan, np.nan) for mean in means]
    low, high = bootstrap_interval(values, seed=SEED, resamples=RESAMPLES)
    return [Estimate(*map(float, one)) for one in zip(means, low, high, strict=True)]
