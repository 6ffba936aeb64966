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

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """What the pictures of a case are like.

    Attributes:
        pansharpening: whether the sources are a small multispectral and a panchromatic picture.
        source_bands: how many bands the sources have; 1 is grey.
        fused_bands: how many bands the results have.
        truth_bands: how many bands the truth has; None if there is no truth.
    """

    pansharpening: bool
    source_bands: frozenset[int]
    fused_bands: frozenset[int]
    truth_bands: int | None


def layout_of(sources: Sequence[Shape], fused: Sequence[Shape], truth: Shape | None) -> Layout:
    """Describe a case by the shapes of its pictures, (H, W) or (H, W, C) each."""
    return Layout(
        panchromatic_index(sources) is not None,
        frozenset(band_count(shape) for shape in sources),
        frozenset(band_count(shape) for shape in fused),
        None if truth is None else band_count(truth),
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
        metrics of colour and bands where all do; metrics of bands against a truth not for RGB.
    """
    layouts = _layouts(cases, methods)
    chosen = [
        name
        for name, metric in METRICS.items()
        if not (metric.slow or metric.reproduces_bug) and _is_default(metric.needs, layouts)
    ]
    return tuple(chosen)


def choose_metrics(
    wanted: Sequence[str], cases: Sequence[Case], methods: Sequence[MethodOutputs]
) -> tuple[str, ...]:
    """Turn what the user asked for into names of metrics.

    Args:
        wanted: Names in METRICS; "default", "small" or "all" for a set, of which those that apply
            are taken. None at all is the default set.
        cases: What is to be measured.
        methods: Likewise.

    Returns:
        Names in METRICS, each once.

    Raises:
        EvaluationError: A name is unknown, or its metric applies to none of the cases.
    """
    chosen: list[str] = []
    for name in wanted or ["default"]:
        if name == "default":
            chosen += default_metrics(cases, methods)
        elif name in {"all", "small"}:
            layouts = _layouts(cases, methods)
            candidates = METRICS if name == "all" else SMALL_SET
            chosen += [n for n in candidates if _applies(METRICS[n].needs, layouts)]
        else:
            require_applicable([name], cases, methods)
            chosen.append(name)
    return tuple(dict.fromkeys(chosen))


def require_applicable(
    metrics: Sequence[str], cases: Sequence[Case], methods: Sequence[MethodOutputs]
) -> None:
    """Refuse metrics that no case can be measured with.

    Raises:
        EvaluationError: A name is unknown, or its metric applies to none of the cases.
    """
    for name in metrics:
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, n=3, cutoff=0.5)
            advice = f"did you mean {' or '.join(near)}?" if near else "see the list of metrics"
            raise EvaluationError(f"expected the name of a metric, got {name!r}; {advice}")
    layouts = _layouts(cases, methods)
    for name in metrics:
        if not _applies(METRICS[name].needs, layouts):
            reason = obstacle(METRICS[name].needs, layouts[0])
            raise EvaluationError(
                f"the metric {name} cannot be measured here: it {reason}; leave it out"
            )


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


def _layouts(cases: Sequence[Case], methods: Sequence[MethodOutputs]) -> list[Layout]:
    """The layouts that occur, of the cases whose pictures can all be read."""
    layouts: list[Layout] = []
    for case in cases:
        sources = [picture_shape(file) for file in case.sources]
        fused = [picture_shape(m.files[case.name]) for m in methods if case.name in m.files]
        truth = None if case.truth is None else picture_shape(case.truth)
        known = [shape for shape in (*sources, *fused) if shape is not None]
        if len(known) < len(sources) + len(methods) or (truth is None) != (case.truth is None):
            continue
        layout = layout_of(known[: len(sources)], known[len(sources) :], truth)
        if layout not in layouts:
            layouts.append(layout)
    # With no readable case there is nothing to go by; measuring says what is wrong.
    truth_bands = 1 if any(case.truth is not None for case in cases) else None
    grey = frozenset({1})
    return layouts or [
        Layout(pansharpening=False, source_bands=grey, fused_bands=grey, truth_bands=truth_bands)
    ]


def _describe(bands: int) -> str:
    return "grey" if bands == 1 else f"{bands}-band"
