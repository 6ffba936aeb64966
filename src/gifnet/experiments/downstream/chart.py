"""The figure: means with their intervals, sets down, measures across."""

import numpy as np

from gifnet.evaluation.page.plot_style import (
    FAINT_INK,
    GRID,
    INK,
    clear_axes,
    method_styles,
    new_canvas,
    plain_text,
    to_png,
)
from gifnet.experiments.downstream.measures import MEASURES
from gifnet.experiments.downstream.results import SOURCES, Downstream, estimates

_COLUMN = 2.3
"""Width of a panel in inches."""
_NAMES = 1.6
_LEFT_OUT = ("right_matches",)
"""Measures that the table has alone: the picture shows the share."""


def draw_chart(found: Downstream) -> bytes:
    """Draw what was measured.

    Args:
        found: sets, pictures and values.

    Returns:
        A PNG file: a row of panels for each set with cases, a panel for each measure, a point and
        its 95 % interval for each picture; sources alone are hollow.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    sets = [result for result in found.sets if len(result.cases)]
    shown = [
        number
        for number, measure in enumerate(MEASURES)
        if measure.name not in _LEFT_OUT and any(len(one.of(number)) for one in sets)
    ]
    styles = method_styles(found.pictures)
    height = 0.9 + len(sets) * (0.35 + 0.2 * len(found.pictures))
    canvas = new_canvas(_NAMES + _COLUMN * len(shown), height)
    panels = canvas.subplots(len(sets), len(shown), squeeze=False, sharey=True)
    for line, result in enumerate(sets):
        for axes, number in zip(panels[line], shown, strict=True):
            clear_axes(axes)
            axes.grid(axis="x", color=GRID, lw=0.7)
            means = estimates(result, number)
            for row, (name, one) in enumerate(zip(found.pictures, means, strict=False)):
                style = styles[name]
                if not np.isnan(one.low):
                    axes.plot([one.low, one.high], [row, row], color=style.colour, lw=2)
                face = "white" if row < SOURCES else style.colour
                axes.plot(one.mean, row, style.marker, color=style.colour, mfc=face, ms=6)
            if not means:
                axes.set_xticks([])
                axes.text(0.5, 0.5, "no truth", transform=axes.transAxes, ha="center", va="center")
            axes.locator_params(axis="x", nbins=4)
            axes.tick_params(labelsize=8)
            if line == 0:
                axes.set_title(MEASURES[number].label, fontsize=10, color=INK)
        first = panels[line][0]
        names = [plain_text(name) for name in found.pictures]
        first.set_yticks(range(len(names)), names, fontsize=9)
        first.set_ylim(len(names) - 0.4, -0.6)
        label = f"{plain_text(result.name)}\n({len(result.cases)})"
        first.set_ylabel(label, fontsize=9.5, color=INK, fontweight="bold")
    canvas.supxlabel(
        "mean and 95 % interval over the cases (number in brackets); hollow: one source alone",
        fontsize=8.5,
        color=FAINT_INK,
    )
    return to_png(canvas)
