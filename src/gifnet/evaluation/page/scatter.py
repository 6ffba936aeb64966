"""Two methods against each other, picture by picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError
from gifnet.evaluation.page.plot_style import (
    FAINT_INK,
    GRID,
    INK,
    clear_axes,
    direction_of,
    label_of,
    method_styles,
    new_canvas,
    place_values,
    plain_text,
    sign_of,
    to_png,
    use_scale,
    values_of,
)
from gifnet.evaluation.results import Evaluation

_WIDTH = 4.6
"""In inches."""
_LEAST_NAMED, _MOST_NAMED = 2, 5


def scatter_plot(evaluation: Evaluation, metric: str, first: str, second: str) -> bytes:
    """Draw two methods against each other: one point a picture.

    Args:
        evaluation: what was measured.
        metric: name of one of its metrics.
        first: name of the method on the upright axis.
        second: name of the method on the level axis.

    Returns:
        A PNG file. The side of the diagonal on which the first method is better is shaded; the
        pictures that lie furthest from the others are named.

    Raises:
        EvaluationError: there is no such metric or method, or no value.
        MissingDependencyError: Matplotlib is not installed.
    """
    values = values_of(evaluation, metric)
    for name in (first, second):
        if name not in evaluation.method_names:
            raise EvaluationError(
                f"expected a method out of {', '.join(evaluation.method_names)}, got {name!r}"
            )
    columns = [evaluation.method_names.index(name) for name in (first, second)]
    placed, scale = place_values(values[:, columns])
    upright, level = placed[:, 0], placed[:, 1]
    styles = method_styles(evaluation.method_names)
    canvas = new_canvas(_WIDTH, _WIDTH + 0.25)
    axes = canvas.subplots()
    clear_axes(axes)
    ends = [scale.low, scale.high]
    sign = sign_of(metric)
    axes.fill_between(
        ends, ends, ends[1] if sign > 0 else ends[0], color=styles[first].colour, alpha=0.1, lw=0
    )
    axes.plot(ends, ends, color=FAINT_INK, lw=1)
    style = styles[first]
    axes.plot(level, upright, style.marker, color=style.colour, mec="white", mew=0.5, ms=7)
    better = int((sign * (upright - level) > 0).sum())
    worse = int((sign * (upright - level) < 0).sum())
    counts = [
        f"{plain_text(name, longest=16)} better: {count}"
        for name, count in ((first, better), (second, worse))
    ]
    axes.set_title(f"{counts[0]} (shaded)   {counts[1]}", fontsize=9, color=INK)
    _name_outliers(axes, evaluation, metric, level, upright)
    use_scale(axes, scale, "x")
    use_scale(axes, scale, "y")
    axes.set_aspect("equal")
    axes.grid(color=GRID, lw=0.7)
    axes.set_xlabel(plain_text(second, longest=40), fontsize=10.5, color=INK)
    axes.set_ylabel(plain_text(first, longest=40), fontsize=10.5, color=INK)
    title = f"{label_of(metric)}  ({direction_of(metric)})"
    canvas.suptitle(plain_text(title, longest=60), fontsize=11.5, color=INK, fontweight="bold")
    return to_png(canvas)


def _name_outliers(
    axes: Any,
    evaluation: Evaluation,
    metric: str,
    level: NDArray[np.float64],
    upright: NDArray[np.float64],
) -> None:
    """Write the names of the pictures whose difference is furthest from the usual one."""
    difference = upright - level
    distance = np.abs(difference - np.median(difference))
    usual = 1.4826 * float(np.median(distance))
    names = [case.name for case in evaluation.counted_cases(metric)]
    middle = (level.min() + level.max()) / 2
    furthest = np.argsort(-distance, kind="stable")[:_MOST_NAMED]
    for number, index in enumerate(furthest):
        is_outlier = number < _LEAST_NAMED or distance[index] > 2.5 * usual
        if distance[index] == 0 or not is_outlier:
            break
        left = level[index] <= middle
        axes.annotate(
            plain_text(names[index], longest=18),
            (level[index], upright[index]),
            (6 if left else -6, 5),
            textcoords="offset points",
            ha="left" if left else "right",
            fontsize=8.5,
            color=INK,
        )
