"""Pictures inside the page: nothing is loaded from anywhere."""

import base64
import math
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.evaluation.page.best_and_worst import find_extremes
from gifnet.evaluation.page.comparison import Comparison, Tile
from gifnet.evaluation.page.plot_style import format_number
from gifnet.evaluation.page.plots import Plot
from gifnet.evaluation.reporting.figure_text import arrow
from gifnet.evaluation.results import Evaluation
from gifnet.metrics.catalogue import METRICS

_SIDE, _SIDE_OF_MANY = 400, 320
"""Longer side of a picture in the page, in pixels; smaller where there are many of them."""
_MANY_TILES = 8
_MOST_COLUMNS = 6


def shown_comparison(evaluation: Evaluation, comparison: Comparison) -> dict[str, Any]:
    """Turn a comparison into what the page shows of it.

    Args:
        evaluation: what was measured.
        comparison: one of its scenes.

    Returns:
        Texts, and for each picture the whole and the crop as addresses that hold the files.
    """
    extremes = find_extremes(evaluation, comparison.metric, comparison.method)
    values = [item for item in extremes if item.case == comparison.case]
    others = values[0].others if values else math.nan
    known = METRICS[comparison.metric]
    side = _SIDE if len(comparison.tiles) <= _MANY_TILES else _SIDE_OF_MANY
    return {
        "kind": comparison.kind,
        "method": comparison.method,
        "case": comparison.case.name,
        "label": known.label,
        "arrow": arrow(comparison.metric),
        "why": comparison.why,
        "value": format_number(values[0].value) if values else "–",
        "others": "" if math.isnan(others) else format_number(others),
        "columns": _balanced_columns(len(comparison.tiles)),
        "tiles": [_shown_tile(tile, comparison, side) for tile in comparison.tiles],
    }


def _shown_tile(tile: Tile, comparison: Comparison, side: int) -> dict[str, str]:
    crop = Image.fromarray(tile.crop).convert("RGB")
    scale = side / max(crop.size)
    size = (max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
    # Few pixels are shown as the pixels they are, so that nothing is smoothed away.
    zoomed = np.array(crop.resize(size, _filter_for(scale)))
    return {
        "label": tile.label,
        "value": tile.value,
        "whole": _embedded_picture(tile.whole(side)),
        "crop": _embedded_picture(zoomed),
        "alternative": f"{tile.label} of {comparison.case.name}",
    }


def _balanced_columns(count: int) -> int:
    """Columns of a grid of at most six, such that its last line is as full as can be."""
    lines = -(-count // _MOST_COLUMNS)
    return -(-count // lines)


def _filter_for(scale: float) -> Image.Resampling:
    return Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.LANCZOS


def _embedded_picture(pixels: NDArray[np.uint8]) -> str:
    """A JPEG that shows colour edges sharply, as an address that holds the file itself."""
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, format="JPEG", quality=88, subsampling=0, optimize=True)
    return _address("image/jpeg", encoded.getvalue())


def embedded_plot(plot: Plot) -> dict[str, Any]:
    """Read a plot's file to be a part of the page.

    Args:
        plot: what ``write_plots`` returned.

    Returns:
        Its address, which holds the file itself, its description, and its size in pixels.
    """
    content = plot.file.read_bytes()
    with Image.open(BytesIO(content)) as image:
        width, height = image.size
    return {
        "address": _address("image/png", content),
        "description": plot.description,
        "width": width,
        "height": height,
    }


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
