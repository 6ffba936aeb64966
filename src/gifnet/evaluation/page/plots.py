"""The plots of an evaluation: boxes, ranks, scatter; drawn as PNG without any global state."""

import logging
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.evaluation.page.plot_style import (
    FAINT_INK,
    GRID,
    INK,
    clear_axes,
    direction_of,
    format_number,
    label_of,
    method_styles,
    new_canvas,
    place_values,
    plain_text,
    to_png,
    use_scale,
    values_of,
)
from gifnet.evaluation.page.radar import PREFERRED, heat_map, radar_plot
from gifnet.evaluation.page.scatter import scatter_plot
from gifnet.evaluation.reporting.figure_text import ranked_over
from gifnet.evaluation.results import Evaluation, Summary
from gifnet.imaging.atomic import write_atomically
from gifnet.metrics.catalogue import METRICS

__all__ = ["Plot", "box_plot", "heat_map", "radar_plot", "rank_plot", "scatter_plot", "write_plots"]

logger = logging.getLogger(__name__)

_WIDTH = 4.6
"""In inches; narrow, so that letters can be read where the plot is as wide as a phone."""
_FEWEST_FOR_A_BOX = 5
_MANY_POINTS = 12
_PAIRS = 3
_METRIC = "|".join(map(re.escape, METRICS))
_OWN_NAME = re.compile(
    rf"(ranks|radar|heatmap|box_({_METRIC})|scatter_({_METRIC})_[\w.-]+)\.png", re.ASCII
)
"""Names that ``write_plots`` gives."""


@dataclass(frozen=True)
class Plot:
    """A plot that was written.

    Attributes:
        file: the PNG file.
        kind: ``box``, ``scatter``, ``radar``, ``ranks`` or ``heatmap``.
        metric: what it shows; None if it shows all metrics.
        description: what is to be seen, for those who cannot see it.
    """

    file: Path
    kind: str
    metric: str | None
    description: str


def box_plot(evaluation: Evaluation, metric: str) -> bytes:
    """Draw a metric's values: one point a picture, and a box for each method.

    Args:
        evaluation: what was measured.
        metric: name of one of its metrics.

    Returns:
        A PNG file. The box holds the middle half, its line is the median, the diamond the mean;
        whiskers reach at most 1.5 boxes further. With fewer than five pictures there are points
        and means alone. Infinite values stand at the edge.

    Raises:
        EvaluationError: the evaluation has no such metric, or no value of it.
        MissingDependencyError: Matplotlib is not installed.
    """
    values = values_of(evaluation, metric)
    names, styles = evaluation.method_names, method_styles(evaluation.method_names)
    # 1.15 inches for title, numbers and explanation.
    canvas = new_canvas(_WIDTH, 1.15 + 0.36 * len(names))
    axes = canvas.subplots()
    clear_axes(axes)
    placed, scale = place_values(values)
    size = 5 if len(values) > _MANY_POINTS else 9
    for row, name in enumerate(names):
        column = placed[:, row]
        colour = styles[name].colour
        if len(column) >= _FEWEST_FOR_A_BOX:
            _draw_box(axes, column, row, colour)
        axes.plot(column, row + _jitter(len(column)), ".", color=colour, alpha=0.6, ms=size, mew=0)
        mean = _mean(values[:, row])
        if np.isinf(mean):
            mean = float(column.max() if mean > 0 else column.min())
        axes.plot(mean, row, "D", color="white", mec=INK, mew=1.2, ms=6, zorder=5)
    use_scale(axes, scale, "x")
    axes.grid(axis="x", color=GRID, lw=0.7)
    axes.set_yticks(range(len(names)), [plain_text(name) for name in names], fontsize=10.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    title = f"{label_of(metric)}  ({direction_of(metric)})"
    canvas.suptitle(plain_text(title, longest=60), fontsize=11.5, color=INK, fontweight="bold")
    boxes = "box: middle half, line: median, " if len(values) >= _FEWEST_FOR_A_BOX else ""
    canvas.supxlabel(
        f"{boxes}◇ mean, • one picture (n = {len(values)})", fontsize=8.5, color=FAINT_INK
    )
    return to_png(canvas)


def rank_plot(summary: Summary) -> bytes:
    """Draw each method's mean rank over ``summary.ranked_by``, the best method on top.

    Args:
        summary: the evaluation in numbers.

    Returns:
        A PNG file; shorter bars are better.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    styles = method_styles(summary.evaluation.method_names)
    names = sorted(summary.mean_ranks, key=lambda name: _last_if_nan(summary.mean_ranks[name]))
    canvas = new_canvas(_WIDTH, 1.25 + 0.36 * len(names))
    axes = canvas.subplots()
    clear_axes(axes)
    for row, name in enumerate(names):
        rank = summary.mean_ranks[name]
        axes.barh(row, 0 if np.isnan(rank) else rank, height=0.62, color=styles[name].colour)
        written = "–" if np.isnan(rank) else f"{rank:.2f}"
        place = 0.0 if np.isnan(rank) else rank
        axes.annotate(
            written, (place, row), (5, 0), textcoords="offset points", va="center", fontsize=10.5
        )
    axes.set_yticks(range(len(names)), [plain_text(name) for name in names], fontsize=10.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, len(names) + 0.6)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    canvas.suptitle("Mean rank ↓  (1 is best)", fontsize=11.5, color=INK, fontweight="bold")
    over = textwrap.fill(f"over {plain_text(ranked_over(summary), longest=120)}", 62)
    canvas.supxlabel(over, fontsize=8.5, color=FAINT_INK)
    return to_png(canvas)


def default_pairs(summary: Summary) -> list[tuple[str, str, str]]:
    """The first method against the best of the others, under the metrics that say most.

    Args:
        summary: the evaluation in numbers.

    Returns:
        At most three of (metric, first method, other method); empty for one method.
    """
    first, *others = summary.evaluation.method_names
    counted = [name for name in summary.evaluation.metrics if summary.counts.get(name, 0)]
    if not others or not counted:
        return []
    rival = min(others, key=lambda name: _last_if_nan(summary.mean_ranks[name]))
    metrics = [name for name in PREFERRED if name in counted] or counted
    return [(metric, first, rival) for metric in metrics[:_PAIRS]]


def write_plots(
    evaluation: Evaluation,
    summary: Summary,
    folder: Path,
    *,
    pairs: Sequence[tuple[str, str, str]] | None = None,
) -> list[Plot]:
    """Draw and write every plot that the evaluation has numbers for.

    Args:
        evaluation: what was measured.
        summary: the same in numbers.
        folder: where the files go; made if it is not there. Plots of an earlier run in it that
            are not written anew are removed.
        pairs: (metric, first method, second method) of the scatter plots; ``default_pairs`` if
            not given.

    Returns:
        What was written: ``ranks.png``, ``radar.png`` and ``heatmap.png`` if there are two
        methods (and three metrics for the radar), ``box_METRIC.png`` for each metric with
        values, ``scatter_METRIC_FIRST_SECOND.png`` for each pair.

    Raises:
        OSError: a file cannot be written.
        MissingDependencyError: Matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Plot] = []

    def write(name: str, kind: str, metric: str | None, content: bytes, description: str) -> None:
        write_atomically(folder / name, content)
        written.append(Plot(folder / name, kind, metric, description))

    counted = [name for name in evaluation.metrics if summary.counts.get(name, 0)]
    several = len(evaluation.methods) > 1
    if several and counted:
        ranks = ", ".join(f"{name} {rank:.2f}" for name, rank in summary.mean_ranks.items())
        described = f"Mean ranks over {ranked_over(summary)}: {ranks}."
        write("ranks.png", "ranks", None, rank_plot(summary), described)
        shown = "Means of every method under every metric, from the worst to the best method"
        write("heatmap.png", "heatmap", None, heat_map(summary), f"{shown}, shaded.")
    if several and len(counted) > 2:
        write(
            "radar.png", "radar", None, radar_plot(summary), f"{shown}, on the spokes of a wheel."
        )
    for metric in counted:
        listed = ", ".join(
            f"{name} {format_number(summary.figures[metric, name].mean)}"
            for name in evaluation.method_names
        )
        label = METRICS[metric].label
        description = f"{label}, a box for each method; means: {listed}."
        write(f"box_{metric}.png", "box", metric, box_plot(evaluation, metric), description)
    for metric, first, second in default_pairs(summary) if pairs is None else pairs:
        name = f"scatter_{metric}_{_safe(first)}_{_safe(second)}.png"
        label = METRICS[metric].label
        description = f"{label} of {first} against {second}, a point for each picture."
        content = scatter_plot(evaluation, metric, first, second)
        write(name, "scatter", metric, content, description)
    _remove_others(folder, {plot.file.name for plot in written})
    logger.info("wrote %d plots to %s", len(written), folder)
    return written


def _remove_others(folder: Path, written: set[str]) -> None:
    """Remove what an earlier run wrote of other metrics or methods; other files stay."""
    for file in folder.glob("*.png"):
        if _OWN_NAME.fullmatch(file.name) and file.name not in written:
            file.unlink(missing_ok=True)


def _draw_box(axes: Any, column: NDArray[np.float64], row: int, colour: str) -> None:
    first, median, third = np.percentile(column, [25, 50, 75])
    reach = 1.5 * (third - first)
    inside = column[(column >= first - reach) & (column <= third + reach)]
    for start, end in ((first, inside.min()), (third, inside.max())):
        axes.plot([start, end], [row, row], color=colour, lw=1.4, zorder=1)
    axes.barh(
        row, third - first, 0.6, left=first, color=colour, alpha=0.22, edgecolor="none", zorder=1
    )
    axes.plot([median, median], [row - 0.3, row + 0.3], color=colour, lw=2.2, zorder=3)


def _mean(column: NDArray[np.float64]) -> float:
    """The mean, which is NaN without a warning where both infinities are among the values."""
    with np.errstate(invalid="ignore"):
        return float(column.mean())


def _jitter(count: int) -> NDArray[np.float64]:
    """Offsets that spread points evenly and are the same every time: the golden ratio's."""
    return np.asarray((np.arange(count) * 0.618034 % 1 - 0.5) * 0.44, np.float64)


def _last_if_nan(rank: float) -> float:
    return np.inf if np.isnan(rank) else rank


def _safe(name: str) -> str:
    """A name as a part of a file's name: letters, digits, dot, dash."""
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-")[:60] or "method"
