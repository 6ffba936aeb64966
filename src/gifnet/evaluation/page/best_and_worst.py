"""The pictures on which a method does best and worst, beside what the others make of them."""

import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import EvaluationError, GIFNetError
from gifnet.evaluation.page.comparison import Comparison, compare_case
from gifnet.evaluation.page.plot_style import sign_of
from gifnet.evaluation.page.radar import PREFERRED
from gifnet.evaluation.results import Case, Evaluation
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.contact_sheet import Row, contact_sheet
from gifnet.metrics.catalogue import METRICS

logger = logging.getLogger(__name__)

_COLUMNS = 5
_CELLS = (300, 240, 190, 150, 120, 90)
"""Sides of a sheet's cells in pixels, the largest that makes a file that is small enough counts."""
_LARGEST_FILE = 2_000_000


@dataclass(frozen=True)
class Extreme:
    """A picture that was chosen.

    Attributes:
        kind: ``best`` or ``worst``.
        case: the picture.
        value: the metric's value of the method.
        others: mean of the values of the other methods; NaN if there are none.
    """

    kind: str
    case: Case
    value: float
    others: float


def choose_metric(evaluation: Evaluation) -> str | None:
    """Choose the metric to look at: what says most about the picture, truth first.

    Args:
        evaluation: what was measured.

    Returns:
        Its name; None if nothing has a value.
    """
    counted = [name for name in evaluation.metrics if len(evaluation.of(name))]
    return next((name for name in (*PREFERRED, *counted) if name in counted), None)


def find_extremes(evaluation: Evaluation, metric: str, method: str) -> list[Extreme]:
    """Find where a method is best and worst, measured against the others.

    Args:
        evaluation: what was measured.
        metric: name of one of its metrics.
        method: name of one of its methods.

    Returns:
        The best and the worst picture: those where the method is furthest above and below the
        mean of the other methods, in the metric's direction; without other methods, where its
        value is best and worst. Only the best if there is one picture; empty if there is none.

    Raises:
        EvaluationError: the evaluation has no such metric or method.
    """
    for kind, name, known in (
        ("metric", metric, evaluation.metrics),
        ("method", method, evaluation.method_names),
    ):
        if name not in known:
            raise EvaluationError(f"expected a {kind} out of {', '.join(known)}, got {name!r}")
    values = evaluation.of(metric)
    if not len(values):
        return []
    column = evaluation.method_names.index(method)
    own = values[:, column]
    rest = np.delete(values, column, axis=1)
    others = rest.mean(axis=1) if rest.size else np.full(len(own), np.nan)
    lead = sign_of(metric) * (own if not rest.size else _difference(own, others))
    cases = evaluation.counted_cases(metric)
    chosen = [("best", int(np.argmax(lead))), ("worst", int(np.argmin(lead)))]
    if len(cases) == 1:
        chosen = chosen[:1]
    return [
        Extreme(kind, cases[index], float(own[index]), float(others[index]))
        for kind, index in chosen
    ]


def best_and_worst(
    evaluation: Evaluation, *, metric: str | None = None, method: str | None = None
) -> list[Comparison]:
    """Show the best and the worst picture of a method, with a crop where the methods differ.

    Args:
        evaluation: what was measured.
        metric: what decides; ``choose_metric`` if not given.
        method: whose pictures; the first method if not given.

    Returns:
        The comparisons, best first; a picture whose files cannot be read any more is left out.

    Raises:
        EvaluationError: the evaluation has no such metric or method.
    """
    metric = choose_metric(evaluation) if metric is None else metric
    if metric is None:
        return []
    method = evaluation.method_names[0] if method is None else method
    comparisons = []
    for extreme in find_extremes(evaluation, metric, method):
        try:
            comparisons.append(compare_case(evaluation, extreme.case, extreme.kind, metric, method))
        except (OSError, GIFNetError) as error:
            logger.warning("%s is not shown: %s", extreme.case.name, error)
    return comparisons


def draw_sheet(comparison: Comparison, *, cell: int = 300) -> NDArray[np.uint8]:
    """Draw a comparison as one picture.

    Args:
        comparison: what to show.
        cell: side in pixels of a picture's place.

    Returns:
        (H, W, 3), uint8: lines of at most five pictures, each line above its zoomed crops.
    """
    rows = []
    tiles = comparison.tiles
    columns = min(_COLUMNS, len(tiles))
    lines = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    title = (
        f"{comparison.kind.capitalize()} of {comparison.method} by "
        f"{METRICS[comparison.metric].label}: {comparison.case.name}"
    )
    for number, line in enumerate(lines):
        rows.append(Row(title if number == 0 else "", [("", tile.whole(cell)) for tile in line]))
        rows.append(Row("", [(tile.caption, tile.crop) for tile in line]))
    return contact_sheet(rows, cell=cell)


def write_sheets(comparisons: list[Comparison], folder: Path) -> list[Path]:
    """Write contact sheets of at most two megabytes each.

    Args:
        comparisons: what to show, from ``best_and_worst``.
        folder: where the files go; made if it is not there.

    Returns:
        The files: ``best.png`` and ``worst.png``; what an earlier run left of these is removed.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for comparison in comparisons:
        for cell in _CELLS:
            content = _encode(draw_sheet(comparison, cell=cell))
            if len(content) <= _LARGEST_FILE:
                break
        file = folder / f"{comparison.kind}.png"
        write_atomically(file, content)
        files.append(file)
    # One of an earlier run would pass for one of this.
    for kind in ("best", "worst"):
        if folder / f"{kind}.png" not in files:
            (folder / f"{kind}.png").unlink(missing_ok=True)
    return files


def _difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """The difference of values that may be infinite; 0 where they are equal."""
    difference = np.zeros_like(first)
    np.subtract(first, second, out=difference, where=first != second)
    return difference


def _encode(sheet: NDArray[np.uint8]) -> bytes:
    encoded = BytesIO()
    Image.fromarray(sheet).save(encoded, format="PNG", optimize=True)
    return encoded.getvalue()
