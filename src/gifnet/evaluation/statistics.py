"""An evaluation in numbers: means, confidence intervals, ranks and paired tests."""

from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import MissingDependencyError
from gifnet.evaluation.results import Evaluation, Figure, PairedTest, Summary
from gifnet.metrics import METRICS, SMALL_SET, Direction

SEED = 0
RESAMPLES = 10_000
CONFIDENCE = 0.95
SIGNIFICANCE = 0.05
"""Corrected p-values below it count as a difference that was shown."""

_ROWS = 500
"""Draws of the bootstrap that are computed at once, which bounds the memory."""

Values = NDArray[np.float64]


def summarise(evaluation: Evaluation, *, seed: int = SEED, resamples: int = RESAMPLES) -> Summary:
    """Compute means, their confidence intervals, ranks, places and paired tests.

    Args:
        evaluation: What was measured.
        seed: Of the bootstrap. All metrics with as many cases see the same resampled cases, so
            that their intervals do not depend on what else was measured.
        resamples: How often cases are drawn for the bootstrap, positive.

    Returns:
        The summary. Standard deviation and interval are NaN for one case and for infinite values,
        such as the PSNR of identical pictures; everything is where no case counts. The mean
        ranks are over ``ranked_by`` alone; p-values are corrected by Holm within each metric, over
        its pairs of methods.

    Raises:
        MissingDependencyError: SciPy is not installed.
    """
    stats = _stats()
    figures: dict[tuple[str, str], Figure] = {}
    tests: list[PairedTest] = []
    for metric in evaluation.metrics:
        values = evaluation.of(metric)
        for name, figure in zip(
            evaluation.method_names,
            _figures(values, _sign(metric), seed=seed, resamples=resamples),
            strict=True,
        ):
            figures[metric, name] = figure
        tests += _corrected(
            [
                _paired_test(evaluation, metric, values, first, second, stats)
                for first, second in combinations(range(values.shape[1]), 2)
            ]
        )
    counts = {metric: len(evaluation.of(metric)) for metric in evaluation.metrics}
    ranked_by = _ranked_by(counts)
    mean_ranks = {
        name: _mean_of_known([figures[metric, name].rank for metric in ranked_by])
        for name in evaluation.method_names
    }
    return Summary(evaluation, figures, mean_ranks, tuple(tests), counts, ranked_by)


def least_corrected_p(summary: Summary, metric: str) -> float:
    """Compute the least corrected p-value that the tests of a metric could have reached.

    Args:
        summary: The evaluation in numbers.
        metric: Name of one of its metrics.

    Returns:
        2 / 2^n for n pictures, which is the p-value of a method that wins in all of them, times
        the number of tests under the metric; at most 1. Where it is not below ``SIGNIFICANCE``
        no result whatever would have shown a difference.
    """
    tests = [t for t in summary.tests if t.metric == metric and not np.isnan(t.p_value)]
    return float(min(1.0, 2.0 ** (1 - summary.counts[metric]) * max(len(tests), 1)))


def can_show(summary: Summary, metric: str) -> bool:
    """Say whether there are pictures enough for the tests of a metric to show a difference."""
    return least_corrected_p(summary, metric) < SIGNIFICANCE


def case_ranks(values: Values, metric: str) -> Values:
    """Rank the methods in each case.

    Args:
        values: (cases, methods) of one metric, without NaN.
        metric: Its name, which says the better direction.

    Returns:
        (cases, methods), 1 is best; equal values share the mean of their ranks.
    """
    return _ranks(values, _sign(metric))


def holm(p_values: list[float]) -> list[float]:
    """Correct p-values for their number.

    Args:
        p_values: Each in [0, 1], or NaN where there is no test, which does not count.

    Returns:
        The corrected ones in the same order, each at least as large and at most 1.
        Source: Holm, Scandinavian Journal of Statistics 1979.
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if not np.isnan(p))
    corrected = [float("nan")] * len(p_values)
    largest = 0.0
    for position, (p, index) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - position)))
        corrected[index] = largest
    return corrected


def bootstrap_interval(values: Values, *, seed: int, resamples: int) -> Values:
    """Bound the mean by the percentiles of the means of resampled cases.

    Args:
        values: (cases, methods), finite.
        seed: Of the draws, which are the same for all methods.
        resamples: How many draws.

    Returns:
        (2, methods), the ends of the 95 % interval. Source: Efron, Annals of Statistics 1979.
    """
    count = len(values)
    mean = values.mean(axis=0)
    # Of differences from the mean: equal values then have an interval without rounding errors.
    draws = _draws(count, seed, resamples)
    centred = (values - mean) / count
    means = mean + np.concatenate(
        [draws[start : start + _ROWS] @ centred for start in range(0, resamples, _ROWS)]
    )
    tail = (1 - CONFIDENCE) / 2
    return np.asarray(np.quantile(means, [tail, 1 - tail], axis=0))


@lru_cache(maxsize=1)
def _draws(count: int, seed: int, resamples: int) -> NDArray[np.uint16]:
    """How often each case is in each draw, (resamples, cases): one product gives all means."""
    random = np.random.default_rng(seed)
    even = np.full(count, 1 / count)
    # Small numbers, in parts: for thousands of pictures whole ones of 64 bits take gigabytes.
    drawn = np.empty((resamples, count), np.uint16)
    for start in range(0, resamples, _ROWS):
        part = drawn[start : start + _ROWS]
        part[:] = random.multinomial(count, even, len(part))
    return drawn


def _ranked_by(counts: dict[str, int]) -> tuple[str, ...]:
    """The recommended metrics: many that measure the same thing would outvote them."""
    measured = [metric for metric, count in counts.items() if count]
    small = tuple(metric for metric in SMALL_SET if metric in measured)
    return small or tuple(name for name in measured if not METRICS[name].reproduces_bug)


def _corrected(tests: list[PairedTest]) -> list[PairedTest]:
    corrected = holm([test.p_value for test in tests])
    return [replace(test, p_corrected=p) for test, p in zip(tests, corrected, strict=True)]


def _figures(values: Values, sign: float, *, seed: int, resamples: int) -> list[Figure]:
    """One figure a method, of (cases, methods)."""
    count, methods = values.shape
    nothing = np.full(methods, np.nan)
    if count == 0:
        unknown = float("nan")
        return [Figure(unknown, unknown, unknown, unknown, unknown, 0) for _ in range(methods)]
    mean = values.mean(axis=0)
    deviation, low, high = nothing.copy(), nothing.copy(), nothing.copy()
    finite = np.isfinite(values).all(axis=0)
    if count > 1 and finite.any():
        known = values[:, finite]
        deviation[finite] = known.std(axis=0, ddof=1)
        low[finite], high[finite] = bootstrap_interval(known, seed=seed, resamples=resamples)
    rank = _ranks(values, sign).mean(axis=0)
    columns = (column.tolist() for column in (mean, deviation, low, high, rank))
    return list(map(Figure, *columns, _places(mean, sign)))


def _sign(metric: str) -> float:
    """What to multiply values with so that more is better."""
    return 1.0 if METRICS[metric].direction is Direction.HIGHER else -1.0


def _ranks(values: Values, sign: float) -> Values:
    scores = sign * values
    better = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    equal = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    return np.asarray(better + (equal + 1) / 2)


def _places(means: Values, sign: float) -> list[int]:
    """1 for the best mean, 2 for the next best value; equal ones share it, one alone has none."""
    if len(means) == 1:
        return [0]
    order = sorted({float(sign * mean) for mean in means}, reverse=True)
    places = [order.index(float(sign * mean)) + 1 for mean in means]
    return [place if place <= 2 else 0 for place in places]


def _paired_test(
    evaluation: Evaluation, metric: str, values: Values, first: int, second: int, stats: Any
) -> PairedTest:
    a, b = values[:, first], values[:, second]
    # Two infinite values are equal, though their difference is not a number.
    difference = np.subtract(a, b, out=np.zeros_like(a), where=a != b)
    better = _sign(metric) * difference
    # Infinite in both directions has no mean.
    one_sided = len(a) > 0 and not (np.isposinf(difference).any() and np.isneginf(difference).any())
    return PairedTest(
        metric=metric,
        first=evaluation.method_names[first],
        second=evaluation.method_names[second],
        difference=float(difference.mean()) if one_sided else float("nan"),
        better=int((better > 0).sum()),
        worse=int((better < 0).sum()),
        p_value=_wilcoxon(difference, stats),
        p_corrected=float("nan"),
    )


def _wilcoxon(difference: Values, stats: Any) -> float:
    """Two-sided p-value; zeros are left out, as Wilcoxon did, and NaN if nothing else is there."""
    signed = difference[difference != 0]
    if not len(signed):
        return float("nan")
    # The test looks at signs and ranks alone; ranks in place of values bear infinity.
    magnitudes = stats.rankdata(np.abs(signed))
    return float(stats.wilcoxon(np.sign(signed) * magnitudes).pvalue)


def _mean_of_known(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _stats() -> Any:
    try:
        from scipy import stats
    except ModuleNotFoundError as error:
        purpose = "testing for significance"
        raise MissingDependencyError("scipy", extra="eval", purpose=purpose) from error
    return stats
