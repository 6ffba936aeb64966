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

NEARLY_BLACK, NEARLY_WHITE = 1, 254
"""Levels up to which, and from which on, nothing is seen any more."""
DARK = 2
"""Levels up to which both sources count as black."""
AGREEMENT = 2
"""Levels that sources may differ by where they agree."""
FLAT = 4
"""Levels between the lightest and the darkest of 7x7 pixels of a flat area."""
FEWEST_PIXELS = 200
"""Areas of fewer pixels say nothing."""
EXCHANGED_EVERY = 4
"""Of so many pictures one is fused with its sources exchanged, too: it costs a fusion each."""
_ROUNDING = 2e-5
"""published-figures.json has five decimals."""
_SAME_SHARE = 0.005

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
        SystemExit: The average of the sources, or the published checkpoint, has other figures
            than in published-figures.json, so that nothing could be compared with it.
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
    if beside and side is None:
        require_known_published(chosen, rows)
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
    if chosen not in known_figures():
        return
    known = known_figures()[chosen][AVERAGE].get(picture)
    if known is None:
        raise SystemExit(f"{chosen}/{picture} is none of the pictures of published-figures.json")
    for name, value in known.items():
        if not abs(measured[name] - value) <= _ROUNDING:  # what is not a number is no match
            raise SystemExit(
                f"{chosen}/{picture}: expected {name} {value} of the average of the sources as in "
                f"published-figures.json, got {measured[name]:.5f}: pictures or metrics are "
                "prepared otherwise, so nothing can be compared"
            )


def require_known_published(chosen: str, rows: dict[str, Row]) -> None:
    """Make sure that the published checkpoint has its known means, metrics it alone has included.

    Fusing elsewhere or with another version of PyTorch moves single pixels by a level, so that
    only means are compared, and not in all digits.
    """
    known = known_figures().get(chosen, {}).get(PUBLISHED, {})
    for name in METRIC_NAMES:
        pictures = [picture for picture in rows if name in known.get(picture, {})]
        if not pictures:
            continue
        value = float(np.mean([known[picture][name] for picture in pictures]))
        ours = [rows[picture]["methods"][PUBLISHED][name] for picture in pictures]
        measured = float(np.mean(ours))
        if not abs(measured - value) <= _SAME_SHARE * abs(value):
            raise SystemExit(
                f"{chosen}: expected a mean {name} of {value:.4f} of the published checkpoint as "
                f"in published-figures.json, got {measured:.4f}: these are other weights, or "
                "pictures or metrics are prepared otherwise"
            )


def look(pair: Pair, fused: Levels) -> Row:
    """Black, flat areas that agree, and the pattern of windows in a fused picture.

    Args:
        pair: The sources.
        fused: What was made of them.

    Returns:
        ``black``: 0.1 percentile of the fused and of the darker source, in levels; ``crushed`` and
        ``burnt``: share of pixels that are nearly black or white, beyond that of the source with
        more of them, 0 where there are not more; ``dark``: mean
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
        agree &= _spread(source) <= FLAT
    # Edges may overshoot into the flat areas beside them: that is another figure.
    inside = cv2.erode(agree.astype(np.uint8), np.ones((9, 9))) > 0
    inside_dark = cv2.erode(dark.astype(np.uint8), np.ones((9, 9))) > 0
    darker = min(float(np.percentile(source, 0.1)) for source in sources)
    difference = values - mean
    crushed = [float((picture <= NEARLY_BLACK).mean()) for picture in (values, *sources)]
    burnt = [float((picture >= NEARLY_WHITE).mean()) for picture in (values, *sources)]
    return {
        "black": {"fused": float(np.percentile(values, 0.1)), "darker_source": darker},
        "crushed": max(crushed[0] - max(crushed[1:]), 0.0),
        "burnt": max(burnt[0] - max(burnt[1:]), 0.0),
        "dark": _mean(values, inside_dark),
        "agreement": _mean(np.abs(difference), inside),
        "agreement_signed": _mean(difference, inside),
        "edge_excess": excess_beyond(values / 255, [source / 255 for source in sources]),
    }


def _spread(values: np.ndarray) -> np.ndarray:
    """Lightest less darkest of 7x7 pixels."""
    kernel = np.ones((7, 7))
    return np.asarray(cv2.dilate(values, kernel) - cv2.erode(values, kernel))


def _mean(values: np.ndarray, where: np.ndarray) -> float | None:
    return float(values[where].mean()) if where.sum() >= FEWEST_PIXELS else None
