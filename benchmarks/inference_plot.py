"""Time and memory over the size of the picture, as a plot."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gifnet.evaluation.page.plot_style import FAINT_INK, GRID, INK, new_canvas, to_png
from inference_goals import MEGABYTE
from inference_results import Measured

# Told apart with any kind of colour vision; a precision has a line and a marker of its own.
_COLOURS = {"plain": "#444444", "openvino": "#0072B2", "onnxruntime": "#D55E00", "torch": "#009E73"}
_LINES = {"float32": ("-", "o"), "bfloat16": ("--", "s"), "int8": (":", "^")}
_TITLES = {
    "plain": "GIFNet.forward",
    "openvino": "OpenVINO",
    "onnxruntime": "ONNX Runtime",
    "torch": "PyTorch",
}
# Where more than so many ticks would stand on an axis, only those of ten times ten are left.
_MOST_TICKS = 6


def draw(rows: Sequence[Measured], file: Path) -> None:
    """Draw both panels.

    Args:
        rows: a point each; those of ``auto`` belong to what it chose.
        file: the PNG file to write.
    """
    cases: dict[str, list[Measured]] = {}
    for row in sorted(rows, key=lambda row: row.pixels):
        name = row.choice.replace(" ", "-") if row.case == "auto" else row.case
        cases.setdefault(name, []).append(row)
    canvas = new_canvas(9.6, 4.7)
    time, memory = canvas.subplots(1, 2)
    handles = {}
    for name in sorted(cases, key=_order):
        runtime, _, precision = name.partition("-")
        line, marker = _LINES.get(precision, ("-", "o"))
        style: dict[str, Any] = {"linestyle": line, "marker": marker, "markersize": 4.5}
        style |= {"color": _COLOURS.get(runtime, INK), "linewidth": 1.8}
        points = cases[name]
        megapixels = [row.pixels / 1e6 for row in points]
        (handles[name],) = time.plot(megapixels, [row.median_seconds for row in points], **style)
        memory.plot(megapixels, [row.peak_bytes / MEGABYTE for row in points], **style)
    for axes, title, describe in (
        (time, "time for a pair", _seconds),
        (memory, "peak memory of the process", _megabytes),
    ):
        axes.set(xscale="log", yscale="log", xlabel="megapixels")
        axes.set_title(title, loc="left", fontsize=12, color=INK)
        axes.xaxis.label.set(fontsize=11, color=FAINT_INK)
        _use_ticks(axes.xaxis, "{:g}".format)
        _use_ticks(axes.yaxis, describe)
        axes.tick_params(length=0, colors=INK, labelsize=11)
        axes.grid(visible=True, which="major", color=GRID, linewidth=0.7)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
    canvas.legend(
        handles.values(),
        [_title(name) for name in handles],
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=11,
        handlelength=3,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(to_png(canvas, dpi=150))


def _use_ticks(axis: Any, describe: Callable[[float], str]) -> None:
    """Write round numbers where the axis has them, and nothing else."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    low, high = axis.get_view_interval()
    powers = [10.0**exponent for exponent in range(-6, 7)]
    ticks = [factor * power for power in powers for factor in (1, 2, 5)]
    if sum(low <= tick <= high for tick in ticks) > _MOST_TICKS:
        ticks = powers
    inside = [tick for tick in ticks if low <= tick <= high]
    axis.set_major_locator(FixedLocator(inside))
    axis.set_major_formatter(FixedFormatter([describe(tick) for tick in inside]))
    axis.set_minor_locator(NullLocator())


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:g} s"


def _megabytes(value: float) -> str:
    return f"{value:g} MB" if value < 1000 else f"{value / 1000:g} GB"


def _order(name: str) -> tuple[int, int]:
    runtime, _, precision = name.partition("-")
    places = list(_COLOURS), list(_LINES)
    return (
        places[0].index(runtime) if runtime in places[0] else len(places[0]),
        places[1].index(precision) if precision in places[1] else len(places[1]),
    )


def _title(name: str) -> str:
    runtime, _, precision = name.partition("-")
    return " ".join(filter(None, (_TITLES.get(runtime, runtime), precision)))
