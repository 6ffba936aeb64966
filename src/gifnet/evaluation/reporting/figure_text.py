"""Numbers as tables show them: as many digits as say something, alike within a metric."""

import math
from collections.abc import Sequence

from gifnet.evaluation.results import Figure, PairedTest, Summary
from gifnet.evaluation.statistics import can_show, least_corrected_p
from gifnet.metrics import METRICS, SMALL_SET, Direction

INFINITE_MEAN = (
    "One picture that equals what it is compared with has an infinite PSNR, and makes the mean "
    "infinite, without spread or interval; ranks and tests stay sound."
)
"""What is to be said wherever a mean is infinite."""

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


def ranked_over(summary: Summary) -> str:
    """Say which metrics the mean ranks are over; how many, where none is a recommended one."""
    names = summary.ranked_by
    if not names or names[0] in SMALL_SET:
        return ", ".join(METRICS[name].label for name in names) or "no metric"
    count = f"all {len(names)} metrics" if len(names) > 1 else METRICS[names[0]].label
    return f"{count} (none of the recommended ones was measured)"


def too_few(summary: Summary) -> str:
    """Say under which metrics no result could have been significant; empty if under none."""
    tested = list(dict.fromkeys(test.metric for test in summary.tests))
    few = [name for name in tested if summary.counts[name] and not can_show(summary, name)]
    if not few:
        return ""
    counts = sorted({summary.counts[name] for name in few})
    span = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    where = "" if len(few) == len(tested) else f" ({', '.join(METRICS[n].label for n in few)})"
    least = min(least_corrected_p(summary, name) for name in few)
    return (
        f"too few pictures ({span}) to show a difference among "
        f"{len(summary.evaluation.methods)} methods{where}: a method that wins in all of them "
        f"reaches a corrected p of {p_text(least)} at best"
    )


def pairs_of(summary: Summary) -> list[tuple[str, str, Sequence[PairedTest]]]:
    """The tests of each pair of methods, in the order of the metrics."""
    pairs: dict[tuple[str, str], list[PairedTest]] = {}
    for test in summary.tests:
        pairs.setdefault((test.first, test.second), []).append(test)
    return [(first, second, tests) for (first, second), tests in pairs.items()]
