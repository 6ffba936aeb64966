"""What weights make of a development set, picture by picture."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from gifnet.metrics import METRICS
from measure_weights.development_sets import (
    AVERAGE,
    METRIC_NAMES,
    PUBLISHED,
    SETS,
    Figures,
    Levels,
    Pair,
    average_of,
    known_figures,
    names_of,
    pairs_of,
)
from measure_weights.fusing import Measured, side_by_side
from measure_weights.progress import shown
from measure_weights.window_pattern import excess_beyond

DARK = 2
"""Levels up to which both sources count as black."""
AGREEMENT = 2
"""Levels that flat areas may vary by, and sources may differ by where they agree."""
FEWEST_PIXELS = 200
"""Areas of fewer pixels say nothing."""
EXCHANGED_EVERY = 4
"""Of so many pictures one is fused with its sources exchanged, too: it costs a fusion each."""
_ROUNDING = 2e-5
"""published-figures.json has five decimals."""

Row = dict[str, Any]


def measure_set(
    chosen: str,
    weights: Measured,
    beside: Measured | None,
    *,
    most: int | None,
    side: int | None,
    exchange: bool,
    pages: Path | None,
) -> dict[str, Row]:
    """Measure a set.

    Args:
        chosen: Name of the set.
        weights: What to measure.
        beside: The published checkpoint, converted, to be measured and shown, too.
        most: Pictures of the set, all if None.
        side: Reduce the pictures to this side.
        exchange: Whether to exchange the sources of every fourth picture, the first included.
        pages: Folder for pages with sources and results side by side.

    Returns:
        Picture -> its size, figures of each method (``ours``, ``average``, with ``beside`` also
        ``gifnet``), and what else was looked at.

    Raises:
        SystemExit: The average of the sources has other figures than in published-figures.json,
            so that nothing could be compared with it.
    """
    rows = {}
    total = len(names_of(chosen)[:most])
    for index, pair in enumerate(shown(pairs_of(chosen, most, side), chosen, total)):
        fused = weights.fuse(pair)
        methods = {"ours": measure_pair(chosen, pair, fused)}
        methods[AVERAGE] = measure_pair(chosen, pair, average_of(pair))
        if side is None:
            require_known_average(chosen, pair.name, methods[AVERAGE])
        results = {"these weights": fused}
        if beside:
            published = beside.fuse(pair)
            methods[PUBLISHED] = measure_pair(chosen, pair, published)
            results["published checkpoint"] = published
        if pages:
            side_by_side(pages, chosen, pair, results)
        rows[pair.name] = {
            "size": list(pair.a.shape),
            "methods": methods,
            "exchange": None,
            **look(pair, fused),
        }
        if exchange and index % EXCHANGED_EVERY == 0:
            exchanged = weights.fuse(pair, exchanged=True)
            change = float(np.abs(fused.astype(float) - exchanged).mean()) / 255
            rows[pair.name]["exchange"] = change
    return rows


def measure_pair(chosen: str, pair: Pair, fused: Levels) -> Figures:
    """Every metric of published-figures.json; MEF-SSIM for exposures only, as there."""
    left_out = set() if SETS[chosen].kind == "exposure" else {"MEF_SSIM"}
    return {
        name: float(METRICS[ours].function([pair.a, pair.b], fused))
        for name, ours in METRIC_NAMES.items()
        if name not in left_out
    }


def require_known_average(chosen: str, picture: str, measured: Figures) -> None:
    """Make sure that pictures and metrics are those of published-figures.json."""
    known = known_figures().get(chosen, {}).get(AVERAGE, {}).get(picture, {})
    for name, value in known.items():
        if abs(measured[name] - value) > _ROUNDING:
            raise SystemExit(
                f"{chosen}/{picture}: expected {name} {value} of the average of the sources as in "
                f"published-figures.json, got {measured[name]:.5f}: pictures or metrics are "
                "prepared otherwise, so nothing can be compared"
            )


def look(pair: Pair, fused: Levels) -> Row:
    """Black, flat areas that agree, and the pattern of windows in a fused picture.

    Args:
        pair: The sources.
        fused: What was made of them.

    Returns:
        ``black``: 0.1 percentile of the fused and of the darker source, in levels; ``dark``: mean
        level where both sources are black, and ``agreement``: mean difference from the mean of
        the sources where both are flat and agree, each None where there are few such pixels;
        ``edge_excess``: see ``window_pattern``.
    """
    sources = [pair.a.astype(np.float64), pair.b.astype(np.float64)]
    values = fused.astype(np.float64)
    mean = (sources[0] + sources[1]) / 2
    dark = (sources[0] <= DARK) & (sources[1] <= DARK)
    agree = np.abs(sources[0] - sources[1]) <= AGREEMENT
    for source in sources:
        agree &= _spread(source) <= AGREEMENT
    # Edges may overshoot into the flat areas beside them: that is another figure.
    inside = cv2.erode(agree.astype(np.uint8), np.ones((9, 9))) > 0
    inside_dark = cv2.erode(dark.astype(np.uint8), np.ones((9, 9))) > 0
    darker = min(float(np.percentile(source, 0.1)) for source in sources)
    difference = values - mean
    return {
        "black": {"fused": float(np.percentile(values, 0.1)), "darker_source": darker},
        "dark": _mean(values, inside_dark),
        "agreement": _mean(np.abs(difference), inside),
        "agreement_signed": _mean(difference, inside),
        "edge_excess": excess_beyond(values / 255, [source / 255 for source in sources]),
    }


def _spread(values: np.ndarray) -> np.ndarray:
    """Lightest less darkest of 7x7 pixels, half of it."""
    kernel = np.ones((7, 7))
    return np.asarray((cv2.dilate(values, kernel) - cv2.erode(values, kernel)) / 2)


def _mean(values: np.ndarray, where: np.ndarray) -> float | None:
    return float(values[where].mean()) if where.sum() >= FEWEST_PIXELS else None
