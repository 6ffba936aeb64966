"""Rows of pictures as figures: means with intervals, differences, ranks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gifnet.evaluation.statistics import RESAMPLES, SEED, bootstrap_interval

OURS = "ours"
HIGHER_IS_BETTER = ("SSIM", "Qabf", "MEF_SSIM", "MI", "SCD")
"""What methods are ranked by; the others grow with over-sharpening, or say the same again."""
COMPLEMENTARY = ("infrared", "near-infrared", "medical")
"""Kinds of sets in which a high SCD is a virtue."""

Row = dict[str, Any]
Methods = dict[str, dict[str, dict[str, float]]]
"""Method -> picture -> metric -> value."""


@dataclass(frozen=True)
class Spread:
    """A mean with the ends of its nominal 95 % interval: of a bootstrap over pictures.

    Of ten or twenty pictures such an interval holds the true mean less often than it says.
    """

    mean: float
    low: float
    high: float
    count: int


def spread(values: list[float]) -> Spread:
    """Average, and say how sure the average is.

    Args:
        values: At least one, finite. One alone has no interval; its ends are NaN.
    """
    array = np.array(values, np.float64)
    if len(array) == 1:
        return Spread(float(array[0]), float("nan"), float("nan"), 1)
    low, high = bootstrap_interval(array[:, None], seed=SEED, resamples=RESAMPLES)
    return Spread(float(array.mean()), float(low[0]), float(high[0]), len(array))


def spread_by_picture(rows: list[Row], column: str) -> Spread:
    """The same of rows, several of which may be made of one picture: pictures are drawn.

    Args:
        rows: With the name of their ``picture``, each of which has as many rows.
        column: What to average, in each row.
    """
    by_picture: dict[str, list[float]] = {}
    for row in rows:
        by_picture.setdefault(row["picture"], []).append(row[column])
    return spread([float(np.mean(values)) for values in by_picture.values()])


def ends(found: Spread | None) -> dict[str, float | None]:
    """``low`` and ``high`` of an interval, None where there is none."""
    if found is None or not np.isfinite(found.low):
        return {"low": None, "high": None}
    return {"low": found.low, "high": found.high}


def ratio_of_means(methods: Methods, first: str, second: str, metric: str) -> Spread | None:
    """The mean of one method divided by another's, None where one is not known.

    Its interval is of a bootstrap that draws pictures with both of their values.
    """
    a, b = values_of(methods, first, metric), values_of(methods, second, metric)
    if a is None or b is None or np.mean(b) == 0:
        return None
    ratio = float(np.mean(a) / np.mean(b))
    if len(a) == 1:
        return Spread(ratio, float("nan"), float("nan"), 1)
    draws = np.random.default_rng(SEED).integers(0, len(a), (RESAMPLES, len(a)))
    means = [np.array(values)[draws].mean(axis=1) for values in (a, b)]
    low, high = np.quantile(means[0] / means[1], [0.025, 0.975])
    return Spread(ratio, float(low), float(high), len(a))


def methods_of(pictures: dict[str, Row], known: Methods, *, reduced: bool = False) -> Methods:
    """Figures of all methods on the pictures that were measured.

    Args:
        pictures: Rows of ``measure_set``.
        known: Figures of other methods from published-figures.json, for pictures of full size.
        reduced: Whether the pictures were reduced, so that those are of no use.

    Returns:
        Every method that has figures of every picture; known ones come before measured ones.
    """
    measured: Methods = {}
    for picture, row in pictures.items():
        for method, figures in row["methods"].items():
            measured.setdefault(method, {})[picture] = figures
    others = {} if reduced else known
    chosen = {
        method: {picture: figures[picture] for picture in pictures}
        for method, figures in others.items()
        if all(picture in figures for picture in pictures)
    }
    return {**measured, **{m: _merged(measured.get(m, {}), f) for m, f in chosen.items()}}


def values_of(methods: Methods, method: str, metric: str) -> list[float] | None:
    """A metric in all pictures, None where it is not known of each, or not a number."""
    rows = methods.get(method, {}).values()
    found = [figures.get(metric) for figures in rows]
    values = [value for value in found if value is not None and np.isfinite(value)]
    return values if values and len(values) == len(rows) else None


def mean_of(methods: Methods, method: str, metric: str) -> float | None:
    """The mean of a metric over the pictures, None where it is not known of each."""
    values = values_of(methods, method, metric)
    return None if values is None else float(np.mean(values))


def difference(methods: Methods, first: str, second: str, metric: str) -> Spread | None:
    """The mean difference of two methods picture by picture, None where one is not known."""
    a, b = values_of(methods, first, metric), values_of(methods, second, metric)
    if a is None or b is None:
        return None
    return spread([x - y for x, y in zip(a, b, strict=True)])


def ranked_metrics(kind: str) -> tuple[str, ...]:
    """What methods are ranked by in a set of a kind.

    MEF-SSIM is for exposures, SCD for sources that show different things: the truth of a focus
    pair has a low one itself, and of two exposures the better one alone would.
    """
    wanted = {"SCD": kind in COMPLEMENTARY, "MEF_SSIM": kind == "exposure"}
    return tuple(metric for metric in HIGHER_IS_BETTER if wanted.get(metric, True))


def mean_ranks(methods: Methods, names: list[str], metrics: tuple[str, ...]) -> dict[str, float]:
    """Rank methods by their means, and average the ranks over the metrics.

    Args:
        methods: Figures.
        names: The methods to rank; those that lack a metric are left out.
        metrics: What to rank by, higher is better.

    Returns:
        Method -> mean rank, 1 is best; equal means share the mean of their ranks.
    """
    means = {
        name: [mean_of(methods, name, metric) for metric in metrics]
        for name in names
        if name in methods
    }
    known = {n: np.array(v, np.float64) for n, v in means.items() if None not in v}
    if not known:
        return {}
    table = np.array(list(known.values()))  # (methods, metrics)
    better = (table[None] > table[:, None]).sum(axis=1)
    equal = (table[None] == table[:, None]).sum(axis=1)
    ranks = better + (equal + 1) / 2
    return dict(zip(known, ranks.mean(axis=1).tolist(), strict=True))


def overall_ranks(by_set: dict[str, dict[str, float]]) -> dict[str, tuple[float, float, int]]:
    """Compare our mean rank with each other method's over the sets where that one is.

    Args:
        by_set: Set -> method -> mean rank, ours among them.

    Returns:
        Other method -> our mean rank, its mean rank, in how many sets.
    """
    others = {method for ranks in by_set.values() for method in ranks} - {OURS}
    overall = {}
    for method in sorted(others):
        both = [ranks for ranks in by_set.values() if method in ranks and OURS in ranks]
        if both:
            ours = float(np.mean([ranks[OURS] for ranks in both]))
            its = float(np.mean([ranks[method] for ranks in both]))
            overall[method] = (ours, its, len(both))
    return overall


def _merged(
    measured: dict[str, dict[str, float]], known: dict[str, dict[str, float]]
) -> dict[str, dict[str, float]]:
    return {picture: measured.get(picture, {}) | figures for picture, figures in known.items()}
