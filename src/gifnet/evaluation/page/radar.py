"""All metrics at once: normalised means as a radar and as a heat map."""

import textwrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError
from gifnet.evaluation.page.plot_style import (
    FAINT_INK,
    GRID,
    INK,
    Style,
    label_of,
    method_styles,
    new_canvas,
    plain_text,
    sign_of,
    to_png,
)
from gifnet.evaluation.reporting.figure_text import decimals_of, number
from gifnet.evaluation.results import Summary

PREFERRED = (
    "psnr_truth",
    "ssim_truth",
    "qabf",
    "ssim",
    "mef_ssim",
    "vifp_sum",
    "fmi_pixel",
    "nabf",
    "scd",
    "mi",
    "ag",
    "ei",
    "en",
    "sf",
    "sd",
    "cc",
    "psnr",
)
"""The metrics to show where there is room for a few only: truth first, then the usual ones."""

_MOST_SPOKES = 12
_MOST_IN_ONE_WHEEL = 4


def normalised_means(summary: Summary) -> dict[tuple[str, str], float]:
    """Put the means of all metrics on one scale.

    Args:
        summary: the evaluation in numbers.

    Returns:
        (metric, method) -> 0 for the metric's worst method to 1 for its best, by the metric's
        direction; 1 for all if they are equal; NaN where nothing was measured. An infinite mean
        counts as the best (or worst) finite one.
    """
    scaled: dict[tuple[str, str], float] = {}
    names = summary.evaluation.method_names
    for metric in summary.evaluation.metrics:
        means = np.array([summary.figures[metric, name].mean for name in names])
        means = sign_of(metric) * means
        finite = means[np.isfinite(means)]
        if finite.size:
            low, high = finite.min(), finite.max()
            means = np.clip(means, low, high)
            means = (means - low) / (high - low) if high > low else np.where(means == low, 1, means)
        else:
            means = np.where(np.isnan(means), np.nan, 1.0)
        scaled.update({(metric, name): float(v) for name, v in zip(names, means, strict=True)})
    return scaled


def radar_plot(summary: Summary) -> bytes:
    """Draw the normalised means on the spokes of a wheel, one spoke a metric.

    Args:
        summary: the evaluation in numbers, of two methods and three metrics at least.

    Returns:
        A PNG file: 0 (centre) is the metric's worst method and 1 (rim) its best; where lower
        values are better the spoke is flipped. Up to four methods share a wheel; more get one
        each, before the others in grey. Of more than twelve metrics the twelve most usual are
        shown, and the title says so.

    Raises:
        EvaluationError: too few methods or metrics with values.
        MissingDependencyError: Matplotlib is not installed.
    """
    names = summary.evaluation.method_names
    counted = [name for name in summary.evaluation.metrics if summary.counts.get(name, 0)]
    if len(names) < 2 or len(counted) < 3:
        raise EvaluationError(
            "expected at least two methods and three metrics with values for a radar plot, got "
            f"{len(names)} and {len(counted)}; the box plots show them"
        )
    metrics = _usual(counted)
    scaled = normalised_means(summary)
    wheels = {name: np.array([scaled[metric, name] for metric in metrics]) for name in names}
    styles = method_styles(names)
    shown = f"{len(metrics)} of {len(counted)} metrics" if metrics != counted else ""
    flipped = any(sign_of(metric) < 0 for metric in metrics)
    below = [shown, "flipped where lower is better ↓" if flipped else ""]
    title = "Means from worst (centre) to best (rim)\n" + ", ".join(filter(None, below))
    together = len(names) <= _MOST_IN_ONE_WHEEL
    columns = 1 if together else 2 if len(names) <= 6 else 3
    rows = 1 if together else -(-len(names) // columns)
    side = 4.6 if together else 3.1
    canvas = new_canvas(columns * side, rows * side * (1 if together else 0.84) + 0.75)
    grid = canvas.subplots(rows, columns, squeeze=False, subplot_kw={"projection": "polar"})
    panels = list(grid.flat)
    for axes in panels[len(names) if not together else 1 :]:
        axes.set_visible(False)
    if together:
        _draw_wheel(panels[0], metrics)
        for name in names:
            _draw_polygon(panels[0], wheels[name], styles[name], name)
        canvas.legend(
            loc="outside lower center", ncols=2, fontsize=10, frameon=False, labelcolor=INK
        )
    else:
        for axes, name in zip(panels, names, strict=False):
            _draw_wheel(axes, metrics)
            for values in wheels.values():
                axes.plot(*_closed(values), color="#b5b5b5", lw=0.8)
            _draw_polygon(axes, wheels[name], styles[name], name)
            axes.set_title(
                plain_text(name, longest=26),
                fontsize=12,
                fontweight="bold",
                color=styles[name].colour,
            )
    canvas.suptitle(title.strip(), fontsize=11.5, color=INK, fontweight="bold")
    return to_png(canvas, dpi=170 if together else 150)


def heat_map(summary: Summary) -> bytes:
    """Draw all means as a table, shaded from the metric's worst method to its best.

    Args:
        summary: the evaluation in numbers.

    Returns:
        A PNG file: a line for each metric, a column for each method; darker is better, the best
        mean is bold. Where lower values are better the shade is flipped.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    names, metrics = summary.evaluation.method_names, summary.evaluation.metrics
    scaled = normalised_means(summary)
    table = np.array([[scaled[metric, name] for name in names] for metric in metrics])
    canvas = new_canvas(max(4.6, 1.7 + 0.72 * len(names)), 1.6 + 0.27 * len(metrics))
    axes = canvas.subplots()
    axes.imshow(0.55 * table, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, metric in enumerate(metrics):
        figures = [summary.figures[metric, name] for name in names]
        decimals = decimals_of(summary, metric)
        for column, figure in enumerate(figures):
            axes.text(
                column,
                row,
                number(figure.mean, decimals),
                ha="center",
                va="center",
                fontsize=9,
                fontweight="bold" if figure.place == 1 else "normal",
                color=INK,
            )
    axes.set_yticks(range(len(metrics)), [label_of(metric) for metric in metrics], fontsize=9.5)
    axes.set_xticks(
        range(len(names)),
        [plain_text(name, longest=18) for name in names],
        fontsize=9.5,
        rotation=40,
        ha="left",
        rotation_mode="anchor",
    )
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    for edge in range(1, len(metrics)):
        axes.axhline(edge - 0.5, color="white", lw=1.5)
    axes.set_xlabel("darker: better among these methods; bold: best", fontsize=8.5, color=FAINT_INK)
    return to_png(canvas)


def _usual(metrics: list[str]) -> list[str]:
    """At most twelve of the metrics, in their own order."""
    if len(metrics) <= _MOST_SPOKES:
        return metrics
    order = [name for name in PREFERRED if name in metrics]
    order += [name for name in metrics if name not in order]
    return [name for name in metrics if name in order[:_MOST_SPOKES]]


def _closed(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles and lengths of a polygon that ends where it began."""
    angles = np.arange(len(values) + 1) * 2 * np.pi / len(values)
    # The worst is not in the very centre, where all spokes would be one point.
    lengths = 0.12 + 0.88 * np.append(values, values[0])
    return angles, lengths


def _draw_wheel(axes: Any, metrics: list[str]) -> None:
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    angles = np.arange(len(metrics)) * 2 * np.pi / len(metrics)
    labels = [textwrap.fill(_unbroken_arrow(label_of(metric)), 12) for metric in metrics]
    axes.set_xticks(angles, labels, fontsize=9.5, color=INK)
    for angle, label in zip(angles, axes.get_xticklabels(), strict=True):
        # Labels at the sides stand beside the wheel, not across its rim.
        side = np.sin(angle)
        label.set_horizontalalignment(
            "center" if abs(side) < 0.1 else "left" if side > 0 else "right"
        )
    axes.tick_params(axis="x", pad=1)
    axes.set_yticks([0.12, 0.56, 1.0], [])
    axes.set_ylim(0, 1.04)
    axes.grid(color=GRID, lw=0.8)
    axes.spines["polar"].set_visible(False)


def _unbroken_arrow(label: str) -> str:
    """The label with its arrow on the line of its last word."""
    return "\u00a0".join(label.rsplit(" ", 1))


def _draw_polygon(axes: Any, values: NDArray[np.float64], style: Style, name: str) -> None:
    angles, lengths = _closed(values)
    axes.plot(
        angles,
        lengths,
        color=style.colour,
        marker=style.marker,
        lw=2,
        ms=5,
        label=plain_text(name, longest=26),
        clip_on=False,
    )
    axes.fill(angles, lengths, color=style.colour, alpha=0.08)
