"""Which metrics can be measured on which pictures, and which of them are measured by default."""

import difflib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from gifnet.errors import EvaluationError
from gifnet.evaluation.measuring.pictures import band_count, picture_shape
from gifnet.evaluation.results import Case, MethodOutputs
from gifnet.metrics import METRICS, SMALL_SET, Needs

logger = logging.getLogger(__name__)

_TRUTH = {Needs.TRUTH, Needs.TRUTH_BANDS}
_RGB = 3
PAIRS_ONLY = frozenset(
    {
        "piella_uqi",
        "piella_uqi_edge",
        "piella_uqi_weighted",
        "qcb",
        "qcv",
        "qe",
        "qncie",
        "qs",
        "qw",
        "qy",
        "scd",
        "scd_uint8",
        "viff",
    }
)
"""Metrics that are defined for exactly two sources."""

_SETS = {"all", "default", "small"}

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """What the pictures of a case are like.

    Attributes:
        pansharpening: whether the sources are a small multispectral and a panchromatic picture.
        source_bands: how many bands the sources have; 1 is grey.
        fused_bands: how many bands the results have.
        truth_bands: how many bands the truth has; None if there is no truth.
        source_count: how many sources there are.
    """

    pansharpening: bool
    source_bands: frozenset[int]
    fused_bands: frozenset[int]
    truth_bands: int | None
    source_count: int = 2


def layout_of(sources: Sequence[Shape], fused: Sequence[Shape], truth: Shape | None) -> Layout:
    """Describe a case by the shapes of its pictures, (H, W) or (H, W, C) each."""
    return Layout(
        panchromatic_index(sources) is not None,
        frozenset(band_count(shape) for shape in sources),
        frozenset(band_count(shape) for shape in fused),
        None if truth is None else band_count(truth),
        len(sources),
    )


def panchromatic_index(sources: Sequence[Shape]) -> int | None:
    """Tell which of the sources is the panchromatic one.

    Args:
        sources: Their shapes, (H, W) or (H, W, C).

    Returns:
        Its index, where the other one of two has bands and is smaller; None otherwise.
    """
    if len(sources) != 2:
        return None
    for index, (pan, bands) in enumerate((tuple(sources), tuple(reversed(sources)))):
        smaller = bands[0] < pan[0] and bands[1] < pan[1]
        if smaller and band_count(pan) == 1 and band_count(bands) > 1:
            return index
    return None


def obstacle(needs: Needs, layout: Layout) -> str | None:  # noqa: PLR0911 - one line a reason
    """Say why a metric cannot be measured on pictures of a layout.

    Args:
        needs: What the metric is given.
        layout: What there is.

    Returns:
        A clause that begins with "needs"; None if it can be measured.
    """
    if needs in _TRUTH and layout.truth_bands is None:
        return "needs the truth, which is not given"
    if needs in {Needs.SOURCES, Needs.COLOUR} and layout.pansharpening:
        return "needs sources of the size of the result, and the multispectral one is smaller"
    if needs is Needs.PANSHARPENING and not layout.pansharpening:
        return "needs a panchromatic source and a smaller one with bands"
    if needs is Needs.PANSHARPENING and 1 in layout.fused_bands:
        return "needs results with bands, got grey ones"
    if needs in {Needs.COLOUR, Needs.FUSED_COLOUR} and layout.fused_bands - {_RGB}:
        return f"needs RGB results, got {_describe(min(layout.fused_bands - {_RGB}))} ones"
    if needs is Needs.COLOUR and layout.source_bands - {1, _RGB}:
        return "needs grey or RGB sources, got others"
    if needs is Needs.TRUTH_BANDS and 1 in layout.fused_bands | {layout.truth_bands}:
        return "needs results and a truth with bands, got grey ones"
    return None


def default_metrics(cases: Sequence[Case], methods: Sequence[MethodOutputs]) -> tuple[str, ...]:
    """Choose all metrics that apply, but those that are slow or repeat a bug of a toolbox.

    Args:
        cases: Their files' headers are looked at.
        methods: Likewise.

    Returns:
        Names in METRICS. Metrics of grey pictures are in it where a single case allows them,
        metrics of colour and bands where all do; metrics of bands against a truth not for RGB;
        metrics of two sources where all cases have two.
    """
    return _defaults(_layouts(cases, methods))


def choose_metrics(
    wanted: Sequence[str],
    cases: Sequence[Case],
    methods: Sequence[MethodOutputs],
    *,
    to_fuse: bool = False,
) -> tuple[str, ...]:
    """Turn what the user asked for into names of metrics.

    Args:
        wanted: Names in METRICS; "default", "small" or "all" for a set, of which those that apply
            are taken. None at all is the default set.
        cases: What is to be measured.
        methods: Likewise.
        to_fuse: Whether other methods are still to fuse the cases: what can be told of their
            results counts, too.

    Returns:
        Names in METRICS, each once.

    Raises:
        EvaluationError: A name is unknown, or its metric applies to none of the cases.
    """
    _require_known([name for name in wanted if name not in _SETS])
    layouts = _layouts(cases, methods, to_fuse=to_fuse)
    chosen: list[str] = []
    for name in wanted or ["default"]:
        if name == "default":
            chosen += _defaults(layouts)
        elif name in _SETS:
            candidates = METRICS if name == "all" else SMALL_SET
            chosen += [n for n in candidates if _is_in_sets(n, layouts)]
        else:
            _require_applies(name, layouts)
            chosen.append(name)
    return tuple(dict.fromkeys(chosen))


def require_applicable(
    metrics: Sequence[str], cases: Sequence[Case], methods: Sequence[MethodOutputs]
) -> None:
    """Refuse metrics that no case can be measured with.

    Raises:
        EvaluationError: A name is unknown, or its metric applies to none of the cases.
    """
    _require_known(metrics)
    layouts = _layouts(cases, methods)
    for name in metrics:
        _require_applies(name, layouts)


def _require_known(metrics: Sequence[str]) -> None:
    for name in metrics:
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, n=3, cutoff=0.5)
            advice = f"did you mean {' or '.join(near)}?" if near else "see the list of metrics"
            raise EvaluationError(f"expected the name of a metric, got {name!r}; {advice}")


def _require_applies(name: str, layouts: Sequence[Layout]) -> None:
    reasons = [_obstacle_of(name, layout) for layout in layouts]
    if None not in reasons:
        raise EvaluationError(
            f"the metric {name} cannot be measured here: it {reasons[0]}; leave it out"
        )


def _obstacle_of(name: str, layout: Layout) -> str | None:
    reason = obstacle(METRICS[name].needs, layout)
    if reason is None and name in PAIRS_ONLY and layout.source_count != 2:
        return f"needs exactly two sources, got {layout.source_count}"
    return reason


def _defaults(layouts: Sequence[Layout]) -> tuple[str, ...]:
    return tuple(
        name
        for name, metric in METRICS.items()
        if not (metric.slow or metric.reproduces_bug)
        and _is_default(metric.needs, layouts)
        and _is_in_sets(name, layouts)
    )


def _is_in_sets(name: str, layouts: Sequence[Layout]) -> bool:
    """Whether it applies; one of two sources only where all cases have two."""
    if name in PAIRS_ONLY and any(layout.source_count != 2 for layout in layouts):
        return False
    return _applies(METRICS[name].needs, layouts)


def _is_default(needs: Needs, layouts: Sequence[Layout]) -> bool:
    if needs in {Needs.FUSED, Needs.SOURCES, Needs.TRUTH}:
        return _applies(needs, layouts)
    if needs is Needs.TRUTH_BANDS:
        layouts = [layout for layout in layouts if layout.truth_bands is not None]
        if all(layout.fused_bands == {_RGB} and not layout.pansharpening for layout in layouts):
            return False
    return all(obstacle(needs, layout) is None for layout in layouts)


def _applies(needs: Needs, layouts: Sequence[Layout]) -> bool:
    return any(obstacle(needs, layout) is None for layout in layouts)


def _layouts(
    cases: Sequence[Case], methods: Sequence[MethodOutputs], *, to_fuse: bool = False
) -> list[Layout]:
    """The layouts that occur, of the cases whose pictures can all be read."""
    layouts: list[Layout] = []
    for case in cases:
        sources = [picture_shape(file) for file in case.sources]
        fused = [picture_shape(m.files[case.name]) for m in methods if case.name in m.files]
        truth = None if case.truth is None else picture_shape(case.truth)
        known = [shape for shape in (*sources, *fused) if shape is not None]
        if len(known) < len(sources) + len(methods) or (truth is None) != (case.truth is None):
            continue
        if to_fuse and all(len(shape) == 2 for shape in known[: len(sources)]):
            known.append(known[0])  # what is fused of grey pictures is grey
        layout = layout_of(known[: len(sources)], known[len(sources) :], truth)
        if layout not in layouts:
            layouts.append(layout)
    # With no readable case there is nothing to go by; measuring says what is wrong.
    truth_bands = 1 if any(case.truth is not None for case in cases) else None
    grey = frozenset({1})
    return layouts or [
        Layout(
            pansharpening=False,
            source_bands=grey,
            fused_bands=grey,
            truth_bands=truth_bands,
            source_count=len(cases[0].sources) if cases else 2,
        )
    ]


def _describe(bands: int) -> str:
    return "grey" if bands == 1 else f"{bands}-band"
