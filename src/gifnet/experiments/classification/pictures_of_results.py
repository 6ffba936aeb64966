"""The results as pictures: accuracies with learning curves, and enhanced training pictures."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

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
from gifnet.experiments.classification.enhancers import ORIGINAL
from gifnet.experiments.classification.intervals import interval_of
from gifnet.experiments.classification.outcomes import by_method
from gifnet.experiments.classification.tables import Results, figure_text
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.contact_sheet import Row, contact_sheet

PLOT_FILE = "classification.png"
PANEL_FILE = "panel.png"
_CELL = 128


def write_pictures(results: Results, folder: Path, *, shown: int) -> None:
    """Draw what is known by now.

    Args:
        results: of the classifiers.
        folder: where the two files go.
        shown: training pictures in a row of the panel.

    Raises:
        OSError: they cannot be written.
        MissingDependencyError: Matplotlib is not installed.
    """
    write_atomically(folder / PLOT_FILE, plot(results))
    write_atomically(folder / PANEL_FILE, panel(results, shown=shown))


def plot(results: Results) -> bytes:
    """Draw accuracies with their intervals, and how they came about.

    Args:
        results: of the classifiers; at least one.

    Returns:
        A PNG file.
    """
    from matplotlib.ticker import MaxNLocator

    methods = [made.method for made in results.trained if results.top1(made.method)]
    styles = method_styles(methods)
    canvas = new_canvas(9.6, max(3.4, 1.6 + 0.55 * len(methods)))
    accuracies, curves = canvas.subplots(1, 2, width_ratios=(1, 1.1))
    for row, method in enumerate(methods):
        _draw_accuracy(accuracies, results, method, len(methods) - 1 - row, styles[method].colour)
        _draw_curve(curves, results, method, styles[method].colour)
    labels = [plain_text("originals" if name == ORIGINAL else name) for name in methods]
    accuracies.set_yticks(range(len(methods)), labels[::-1])
    accuracies.set_ylim(-0.6, len(methods) - 0.4)
    # Room for a scale, where few seeds agree to the last picture.
    accuracies.margins(x=0.12)
    accuracies.set_xlabel("top-1 of the test pictures, % (95 % over seeds; a dot a seed)")
    curves.xaxis.set_major_locator(MaxNLocator(integer=True))
    curves.set_xlabel("epoch")
    curves.set_ylabel("top-1, %")
    curves.grid(axis="y", color=GRID, lw=0.8)
    for axes in (accuracies, curves):
        clear_axes(axes)
        axes.xaxis.label.set(fontsize=9, color=FAINT_INK)
        axes.yaxis.label.set(fontsize=9, color=FAINT_INK)
    accuracies.grid(axis="x", color=GRID, lw=0.8)
    title = f"ResNet-{results.recipe.depth} on {plain_text(results.found.name, longest=60)}"
    canvas.suptitle(title, fontsize=11.5, color=INK, fontweight="bold")
    if results.found.about:
        canvas.supxlabel(
            plain_text(results.found.about, longest=150), fontsize=8.5, color=FAINT_INK
        )
    return to_png(canvas)


def _draw_accuracy(axes: Any, results: Results, method: str, row: int, colour: str) -> None:
    values = list(results.top1(method).values())
    interval = interval_of(values)
    if np.isfinite(interval.half):
        # Of few seeds, it may reach beyond what an accuracy can be.
        ends = np.clip([interval.mean - interval.half, interval.mean + interval.half], 0, 100)
        axes.plot(ends, [row, row], color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
    axes.scatter(values, [row] * len(values), s=22, color=colour, alpha=0.45, lw=0, zorder=3)
    axes.scatter([interval.mean], [row], s=60, marker="|", color=colour, lw=2.2, zorder=4)
    axes.annotate(
        figure_text(interval),
        (interval.mean, row),
        (0, 9),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        color=INK,
    )


def _draw_curve(axes: Any, results: Results, method: str, colour: str) -> None:
    curves = np.array([o.curve for o in by_method(results.outcomes, method).values()])
    epochs = np.arange(1, curves.shape[1] + 1)
    for curve in curves:
        axes.plot(epochs, curve, color=colour, lw=0.7, alpha=0.35)
    label = plain_text("originals" if method == ORIGINAL else method)
    axes.plot(epochs, curves.mean(axis=0), color=colour, lw=1.8, label=label)
    axes.legend(frameon=False, fontsize=9, loc="lower right")


def panel(results: Results, *, shown: int) -> bytes:
    """Show training pictures, and below them what each method made of them (Fig. 9).

    Methods that change nothing have no row.

    Args:
        results: of the classifiers; their first seed chooses the pictures.
        shown: how many.

    Returns:
        A PNG file.
    """
    found = results.found
    generator = np.random.default_rng(results.seeds[0])
    numbers = generator.permutation(len(found.train))[:shown]
    names = [f"{found.classes[found.train.labels[n]]} {n}" for n in numbers]
    rows = [Row("originals", list(zip(names, found.train.pictures[numbers], strict=True)))]
    for made in results.trained:
        if made.method != ORIGINAL:
            pictures = made.labelled.pictures[numbers]
            rows.append(Row(made.method, [("", picture) for picture in pictures]))
    encoded = io.BytesIO()
    Image.fromarray(contact_sheet(rows, cell=_CELL)).save(encoded, format="PNG", optimize=True)
    return encoded.getvalue()
