"""The plot of an ablation: a heat map for each application."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gifnet.evaluation.page.plot_style import (
    INK,
    label_of,
    new_canvas,
    sign_of,
    to_png,
)
from gifnet.experiments.ablation.comparison import Comparison, Key
from gifnet.experiments.ablation.variants import FULL, VARIANTS

_LIMIT = 4.0
"""Seeds' spreads at which the colour is full."""
_ACROSS = 4


def draw(comparisons: Mapping[Key, Comparison], variants: Sequence[str]) -> bytes:
    """Draw the differences to the full model in units of the seeds' spread.

    Args:
        comparisons: Of ``compare``.
        variants: Names, in order.

    Returns:
        A PNG file. Purple is better than the full model and orange worse, by each metric's
        direction; numbers are bold where the difference exceeds the spread in all seeds.
    """
    rows = [name for name in variants if name != FULL]
    groups = list(dict.fromkeys(group for _, group, _ in comparisons))
    down = math.ceil(len(groups) / _ACROSS)
    across = min(len(groups), _ACROSS)
    canvas = new_canvas(3.2 * across + 2.2, (0.27 * max(len(rows), 1) + 1.5) * down)
    axes = canvas.subplots(down, across, squeeze=False)
    for panel in axes.flat[len(groups) :]:
        panel.set_axis_off()
    image = None
    for place, (group, panel) in enumerate(zip(groups, axes.flat, strict=False)):
        metrics = list(dict.fromkeys(m for _, g, m in comparisons if g == group))
        items = [[comparisons.get((name, group, m)) for m in metrics] for name in rows]
        values = np.array(
            [
                [
                    math.nan if item is None else item.in_spreads * sign_of(m)
                    for item, m in zip(line, metrics, strict=True)
                ]
                for line in items
            ]
        ).reshape(len(rows), len(metrics))
        image = panel.imshow(values, cmap="PuOr", vmin=-_LIMIT, vmax=_LIMIT, aspect="auto")
        for row, line in enumerate(items):
            for column, item in enumerate(line):
                value = values[row, column]
                if item is None or math.isnan(value):
                    continue
                panel.text(
                    column,
                    row,
                    f"{value:+.1f}".replace("-", "−"),
                    ha="center",
                    va="center",
                    fontsize=6.5,
                    color="white" if abs(value) > 0.7 * _LIMIT else INK,
                    fontweight="bold" if item.exceeds_spread else "normal",
                )
        panel.set_title(group, fontsize=10, color=INK)
        panel.set_xticks(range(len(metrics)), [label_of(m) for m in metrics], fontsize=7)
        panel.tick_params(axis="x", rotation=60, length=0)
        titles = [VARIANTS[name].title for name in rows] if place % across == 0 else []
        panel.set_yticks(range(len(titles)), titles, fontsize=8)
        panel.tick_params(axis="y", length=0)
    if image is not None:
        bar = canvas.colorbar(image, ax=axes, shrink=0.6, pad=0.01, extend="both")
        bar.set_label(
            "difference to the full model\nin seeds' spreads; above 0 is better", fontsize=8
        )
        bar.ax.tick_params(labelsize=7)
    return to_png(canvas)
