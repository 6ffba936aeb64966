"""Each variant against the full model, seed by seed."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gifnet.experiments.ablation.measure import Values
from gifnet.experiments.ablation.one_run import Outcome, Run
from gifnet.experiments.ablation.variants import FULL


@dataclass(frozen=True)
class Comparison:
    """One variant under one metric in one group.

    Attributes:
        mean: over the seeds.
        deviation: sample standard deviation over the seeds; NaN for one.
        difference: mean over the common seeds of variant minus full model; 0 for the latter.
        spread: root mean square of the two deviations, the variant's and the full model's.
        p_value: paired t test over the common seeds, two-sided; NaN where there is nothing to test.
        same_sign: whether the difference has one sign in all seeds.
        seeds: how many are common.
    """

    mean: float
    deviation: float
    difference: float
    spread: float
    p_value: float
    same_sign: bool
    seeds: int

    @property
    def in_spreads(self) -> float:
        """The difference in units of the seeds' spread; NaN where that is unknown."""
        if not self.spread > 0:
            return math.nan
        return self.difference / self.spread

    @property
    def exceeds_spread(self) -> bool:
        """Whether the difference is larger than the seeds' spread, and of one sign in all seeds."""
        return self.same_sign and abs(self.in_spreads) > 1


Key = tuple[str, str, str]
"""Variant, group, metric."""


def compare(
    outcomes: Mapping[Run, Outcome], variants: Sequence[str], seeds: Sequence[int]
) -> dict[Key, Comparison]:
    """Compare all variants with the full model.

    Args:
        outcomes: Of the runs that are done.
        variants: Names, in order.
        seeds: All that were asked for.

    Returns:
        Variant, group, metric -> comparison, for variants with a run that is done.
    """
    found: dict[Key, dict[int, float]] = {}
    for seed in seeds:
        for variant in variants:
            run = Run(variant, seed)
            values: Values = outcomes[run].values if run in outcomes else {}
            for group, metrics in values.items():
                for metric, value in metrics.items():
                    found.setdefault((variant, group, metric), {})[seed] = value
    return {key: _compare(values, found.get((FULL, *key[1:]), {})) for key, values in found.items()}


def _compare(values: Mapping[int, float], full: Mapping[int, float]) -> Comparison:
    common = sorted(values.keys() & full.keys())
    differences = np.array([values[seed] - full[seed] for seed in common])
    own, others = _deviation(values), _deviation(full)
    return Comparison(
        mean=float(np.mean(list(values.values()))),
        deviation=own,
        difference=float(differences.mean()) if common else math.nan,
        spread=math.sqrt((own**2 + others**2) / 2),
        p_value=_paired_p(differences),
        same_sign=bool(common) and bool((differences > 0).all() or (differences < 0).all()),
        seeds=len(common),
    )


def _deviation(values: Mapping[int, float]) -> float:
    return float(np.std(list(values.values()), ddof=1)) if len(values) > 1 else math.nan


def _paired_p(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    if len(differences) < 2 or np.ptp(differences) == 0:
        return math.nan
    from scipy.stats import ttest_1samp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of differences that hardly differ
        return float(ttest_1samp(differences, 0).pvalue)
