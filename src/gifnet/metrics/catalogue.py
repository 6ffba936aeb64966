"""The table of all metrics: what each is called, needs, and which direction is better."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gifnet.metrics.ag import ag
from gifnet.metrics.psnr import psnr
from gifnet.metrics.ssim import ssim

MetricFunction = Callable[..., float]
"""``metric(sources, fused, *, data_range=255) -> float``."""


class Direction(StrEnum):
    """Which values are better."""

    HIGHER = "higher"
    LOWER = "lower"


class Needs(StrEnum):
    """What a metric is given as sources and fused picture."""

    FUSED = "fused"
    """The fused picture alone, grey."""
    SOURCES = "sources"
    """All sources and the fused picture, grey."""
    COLOUR = "colour"
    """All sources and the fused picture, RGB."""
    FUSED_COLOUR = "fused-colour"
    """The fused picture alone, RGB."""
    TRUTH = "truth"
    """The truth as the only source, and the fused picture, grey."""
    TRUTH_BANDS = "truth-bands"
    """The truth as the only source, and the fused picture, (H, W, C)."""
    PANSHARPENING = "pansharpening"
    """The multispectral (h, w, C) and the panchromatic source (H, W), and the fused (H, W, C)."""


@dataclass(frozen=True)
class Metric:
    """One line of the table.

    Attributes:
        name: what it is called everywhere.
        label: what it is called in headings.
        function: ``metric(sources, fused, *, data_range=255) -> float``.
        direction: which values are better, by the literature's convention.
        needs: what it is given.
        caution: what else its value grows with; empty if it says what it seems to say.
    """

    name: str
    label: str
    function: MetricFunction
    direction: Direction
    needs: Needs
    caution: str = ""


_SHARPENING = "grows with over-sharpening and noise, too"

_TABLE = (
    Metric("ag", "AG", ag, Direction.HIGHER, Needs.FUSED, _SHARPENING),
    Metric("psnr", "PSNR", psnr, Direction.HIGHER, Needs.SOURCES),
    Metric("ssim", "SSIM", ssim, Direction.HIGHER, Needs.SOURCES),
    Metric("psnr_truth", "PSNR to the truth", psnr, Direction.HIGHER, Needs.TRUTH),
    Metric("ssim_truth", "SSIM to the truth", ssim, Direction.HIGHER, Needs.TRUTH),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _TABLE})
"""Name -> metric, in the order in which reports show them."""
