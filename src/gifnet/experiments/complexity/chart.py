"""The picture: a bar for each form, in four panels."""

from collections.abc import Callable

from gifnet.evaluation.page.plot_style import (
    FAINT_INK,
    INK,
    clear_axes,
    method_styles,
    new_canvas,
    plain_text,
    to_png,
)
from gifnet.experiments.complexity.complexity import Complexity, Cost

_WIDTH = 9.2
"""In inches."""


def draw_chart(complexity: Complexity) -> bytes:
    """Draw what each form costs.

    Args:
        complexity: what was found.

    Returns:
        A PNG file: parameters, multiply-accumulates a pixel, peak memory and time; less is better
        everywhere. What was only counted has no bar for the last two.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    costs = complexity.costs
    names = [cost.name for cost in costs]
    styles = method_styles(names)
    canvas = new_canvas(_WIDTH, 1.2 + 0.36 * len(costs))
    panels = canvas.subplots(1, len(_PANELS), sharey=True)
    for axes, (title, value_of, form) in zip(panels, _PANELS.values(), strict=True):
        clear_axes(axes)
        axes.spines["bottom"].set_visible(False)
        values = [value_of(cost) for cost in costs]
        for row, (cost, value) in enumerate(zip(costs, values, strict=True)):
            axes.barh(row, value or 0, height=0.62, color=styles[cost.name].colour)
            axes.annotate(
                form.format(value) if value is not None else "–",
                (value or 0, row),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        # Room for the numbers behind the bars.
        axes.set_xlim(0, 1.6 * max([value or 0 for value in values] + [1e-12]))
        axes.set_xticks([])
        axes.set_title(title, fontsize=10, color=INK)
    panels[0].set_yticks(range(len(costs)), [plain_text(name) for name in names], fontsize=10)
    panels[0].set_ylim(len(costs) - 0.4, -0.6)
    first = costs[0]
    title = f"What a pair of {first.height}x{first.width} costs (less is better)"
    canvas.suptitle(title, fontsize=11.5, color=INK, fontweight="bold")
    canvas.supxlabel(
        plain_text(f"{complexity.machine}; {complexity.date}", longest=150),
        fontsize=8,
        color=FAINT_INK,
    )
    return to_png(canvas)


def _seconds(cost: Cost) -> float | None:
    return cost.measured.median if cost.measured else None


def _megabytes(cost: Cost) -> float | None:
    peak = cost.measured.peak_bytes if cost.measured else None
    return None if peak is None else peak / 1e6


_Panel = tuple[str, Callable[[Cost], float | None], str]
"""Title, what is drawn, and how its number is written."""

_PANELS: dict[str, _Panel] = {
    "parameters": ("parameters, thousands", lambda cost: cost.parameters / 1e3, "{:,.0f}"),
    "macs": ("MACs a pixel, thousands", lambda cost: cost.per_pixel / 1e3, "{:,.0f}"),
    "memory": ("peak memory, MB", _megabytes, "{:,.0f}"),
    "time": ("time, s", _seconds, "{:.3g}"),
}
