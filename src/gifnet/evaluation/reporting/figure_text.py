"""Numbers as tables show them: as many digits as say something, alike within a metric."""

import math
from collections.abc import Sequence

from gifnet.evaluation.results import Figure, PairedTest, Summary
from gifnet.metrics import METRICS, Direction

_SIGNIFICANT = 4
_MOST_DECIMALS = 8


def decimals_of(summary: Summary, metric: str) -> int:
    """Choose the decimals of a metric so that the largest mean has four significant digits.

    Args:
        summary: Its means count, as far as they are finite.
        metric: Name of the metric.

    Returns:
        0 to 8.
    """
    means = [summary.figures[metric, name].mean for name in summary.evaluation.method_names]
    largest = max((abs(mean) for mean in means if math.isfinite(mean)), default=0.0)
    if largest == 0:
        return _SIGNIFICANT - 1
    return min(max(_SIGNIFICANT - 1 - math.floor(math.log10(largest)), 0), _MOST_DECIMALS)


def number(value: float, decimals: int) -> str:
    """Write a value: "0.789", "∞", or "–" where there is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{decimals}f}"
    # Minus zero says nothing.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def mean_and_deviation(figure: Figure, decimals: int) -> str:
    """Write "0.789 ± 0.012", without a deviation where there is none."""
    mean = number(figure.mean, decimals)
    if math.isnan(figure.deviation):
        return mean
    return f"{mean} ± {number(figure.deviation, decimals)}"


def interval(figure: Figure, decimals: int) -> str:
    """Write "0.781 to 0.797", or "–" where it is not known."""
    if math.isnan(figure.low):
        return "–"
    return f"{number(figure.low, decimals)} to {number(figure.high, decimals)}"


def p_text(p_value: float) -> str:
    """Write a p-value: "0.034", "<0.001", or "–" where there is none."""
    if math.isnan(p_value):
        return "–"
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def arrow(metric: str) -> str:
    """The direction in which a metric is better."""
    return "↑" if METRICS[metric].direction is Direction.HIGHER else "↓"


def counted(summary: Summary) -> str:
    """Say of how many pictures the means are."""
    counts = sorted(set(summary.counts.values()))
    asked = len(summary.evaluation.cases)
    if counts == [asked]:
        return f"{asked} pictures" if asked != 1 else "1 picture"
    found = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{found} of {asked} pictures"


def pairs_of(summary: Summary) -> list[tuple[str, str, Sequence[PairedTest]]]:
    """The tests of each pair of methods, in the order of the metrics."""
    pairs: dict[tuple[str, str], list[PairedTest]] = {}
    for test in summary.tests:
        pairs.setdefault((test.first, test.second), []).append(test)
    return [(first, second, tests) for (first, second), tests in pairs.items()]
