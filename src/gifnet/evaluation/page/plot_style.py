"""What all plots share: colours of the methods, canvas, numbers, infinite values."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation.reporting.figure_text import arrow, number
from gifnet.evaluation.results import Evaluation
from gifnet.metrics.catalogue import METRICS, Direction

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

INK = "#222222"
FAINT_INK = "#5f5f5f"
GRID = "#d9d9d9"

# Okabe and Ito's colours without yellow, which white paper swallows, then Paul Tol's "muted":
# both are told apart with any kind of colour vision. Markers tell the rest.
_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#444444",
    "#882255",
    "#999933",
    "#332288",
    "#44AA99",
    "#AA4499",
)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")


@dataclass(frozen=True)
class Style:
    """How one method looks in every plot.

    Attributes:
        colour: hexadecimal RGB.
        marker: in Matplotlib's code.
    """

    colour: str
    marker: str


def method_styles(names: Sequence[str]) -> dict[str, Style]:
    """Give each method its colour and marker.

    Args:
        names: of all methods of the evaluation, in its order.

    Returns:
        Name -> style; a pair of colour and marker repeats after 132 methods only.
    """
    return {
        name: Style(_COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)])
        for number, name in enumerate(names)
    }


def new_canvas(width: float, height: float) -> "Canvas":
    """An empty figure that belongs to nobody: no window, no global state.

    Args:
        width: in inches.
        height: in inches.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure as Canvas
    except ModuleNotFoundError as error:
        raise MissingDependencyError("matplotlib", extra="eval", purpose="a plot") from error
    return Canvas(figsize=(width, height), layout="constrained", facecolor="white")


def to_png(canvas: "Canvas", *, dpi: int = 170) -> bytes:
    """Render a figure.

    Args:
        canvas: the figure.
        dpi: pixels for each inch.

    Returns:
        A PNG file with a palette of 256 colours, which is a third of the size and looks the same.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with warnings.catch_warnings():
        # Names of files may hold letters that the font lacks; a box is drawn for them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        agg = FigureCanvasAgg(canvas)
        canvas.set_dpi(dpi)
        # Matplotlib leaves these two untyped.
        agg.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(agg.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    # The median cut keeps the boxes' tints apart, which Pillow's octree merges.
    image = Image.fromarray(np.ascontiguousarray(pixels))
    small = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    encoded = BytesIO()
    small.save(encoded, format="PNG", optimize=True)
    return encoded.getvalue()


def label_of(metric: str) -> str:
    """The metric's label, followed by an arrow to its better values."""
    return f"{METRICS[metric].label} {arrow(metric)}"


def direction_of(metric: str) -> str:
    """Which values are better, in words."""
    return f"{METRICS[metric].direction.value} is better"


def sign_of(metric: str) -> int:
    """1 where higher values are better, -1 where lower ones are."""
    return 1 if METRICS[metric].direction is Direction.HIGHER else -1


def format_number(value: float, *, largest: float | None = None) -> str:
    """Write a value with four significant digits, where there is no summary to go by.

    Args:
        value: any; infinite and NaN, too.
        largest: magnitude of the largest value beside it, which decides how many decimals all
            of them have; the value itself if not given.
    """
    scale = abs(value) if largest is None else largest
    if scale == 0 or not math.isfinite(scale):
        return number(value, 3)
    return number(value, min(max(3 - math.floor(math.log10(scale)), 0), 8))


def plain_text(text: str, *, longest: int = 22) -> str:
    """A name as Matplotlib writes it: no formula, cut in the middle where it is too long."""
    # Names of files need not be Unicode on every system, nor stand on one line.
    text = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    if len(text) > longest:
        kept = longest - 1
        text = f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
    return text.replace("$", r"\$")


@dataclass(frozen=True)
class Scale:
    """An axis on which infinite values have a place, too.

    Attributes:
        low: where the axis begins.
        high: where it ends.
        ticks: place -> what is written there.
    """

    low: float
    high: float
    ticks: dict[float, str]


def place_values(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], Scale]:
    """Find the axis for values, and a place on it for infinite ones.

    Args:
        values: any shape; no NaN.

    Returns:
        The values, infinite ones moved to their place beyond all finite ones, and the axis.
    """
    from matplotlib.ticker import MaxNLocator

    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    span = high - low or abs(high) * 0.1 or 1.0
    locations = MaxNLocator(nbins=5).tick_values(low - 0.02 * span, high + 0.02 * span)
    inside = [float(tick) for tick in locations if low - 0.05 * span <= tick <= high + 0.05 * span]
    # As few decimals as say every tick exactly.
    exact = [count for count in range(9) if np.allclose(np.round(inside, count), inside, 0, 1e-12)]
    decimals = exact[0] if exact else 9
    ticks = {tick: f"{tick:.{decimals}f}".replace("-", "−") for tick in inside}
    placed = values.copy()
    for infinite, place in ((np.inf, high + 0.15 * span), (-np.inf, low - 0.15 * span)):
        if (values == infinite).any():
            placed[values == infinite] = place
            ticks[place] = format_number(infinite)
            low, high = min(low, place), max(high, place)
    return placed, Scale(low - 0.06 * span, high + 0.06 * span, ticks)


def clear_axes(axes: Any) -> None:
    """Take the frame and the tick marks away, for a plot that shows data and little else."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, colors=INK, labelsize=10)
    axes.set_axisbelow(True)


def values_of(evaluation: Evaluation, metric: str) -> NDArray[np.float64]:
    """The values of one metric, without NaN.

    Args:
        evaluation: what was measured.
        metric: name of one of its metrics.

    Returns:
        (pictures that count, methods).

    Raises:
        EvaluationError: the evaluation has no such metric, or no value of it.
    """
    if metric not in evaluation.metrics:
        raise EvaluationError(
            f"expected a metric out of {', '.join(evaluation.metrics)}, got {metric!r}"
        )
    values = evaluation.of(metric)
    if not values.size:
        raise EvaluationError(f"{metric}: expected at least one picture with a value, got none")
    return values


def use_scale(axes: Any, scale: Scale, axis: str) -> None:
    """Give an axis its ends, and write its numbers.

    Args:
        axes: Matplotlib's.
        scale: what ``place_values`` found.
        axis: ``x`` or ``y``.
    """
    axes.set(**{f"{axis}lim": (scale.low, scale.high)})
    axes.set(**{f"{axis}ticks": list(scale.ticks), f"{axis}ticklabels": [*scale.ticks.values()]})
