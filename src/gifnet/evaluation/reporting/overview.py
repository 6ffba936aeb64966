"""The means of an evaluation as text, for a terminal."""

import math

from gifnet.evaluation.reporting.figure_text import arrow, decimals_of, number, ranked_over
from gifnet.evaluation.results import Summary
from gifnet.metrics import METRICS

_MARKS = {1: "*", 2: "+"}


def overview(summary: Summary) -> str:
    """Write the means, metrics down and methods across.

    Args:
        summary: What it shows. Metrics without any picture that counts are left out.

    Returns:
        Lines of text in columns; the best mean of a metric is marked ``*``, the second best ``+``.
    """
    methods = summary.evaluation.method_names
    rows = [["", *methods]]
    for metric in summary.evaluation.metrics:
        if not summary.counts.get(metric):
            continue
        decimals = decimals_of(summary, metric)
        figures = [summary.figures[metric, method] for method in methods]
        cells = [f"{number(f.mean, decimals)}{_MARKS.get(f.place, ' ')}" for f in figures]
        rows.append([f"{METRICS[metric].label} {arrow(metric)}", *cells])
    if len(methods) > 1:
        ranks = [summary.mean_ranks[method] for method in methods]
        rows.append(["mean rank", *("-" if math.isnan(r) else f"{r:.2f} " for r in ranks)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        row[0].ljust(widths[0])
        + "".join(f"  {cell.rjust(width)}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    if len(methods) > 1:
        lines.append(f"mean rank over {ranked_over(summary)}; 1 is best")
    counts = [count for count in summary.counts.values() if count]
    if counts:
        span = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
        several = ", * best, + second best" if len(methods) > 1 else ""
        lines.append(f"means over {span} of {len(summary.evaluation.cases)} pictures{several}")
    return "\n".join(line.rstrip() for line in lines)
