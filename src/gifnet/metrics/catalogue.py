"""The table of all metrics: what each is called, needs, and which direction is better."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gifnet.metrics.ag import ag
from gifnet.metrics.cc import cc
from gifnet.metrics.ce import ce
from gifnet.metrics.ciede2000 import ciede2000
from gifnet.metrics.colourfulness import colourfulness
from gifnet.metrics.d_lambda import d_lambda
from gifnet.metrics.d_s import d_s
from gifnet.metrics.ei import ei
from gifnet.metrics.en import en
from gifnet.metrics.ergas import ergas
from gifnet.metrics.fmi_dct import fmi_dct
from gifnet.metrics.fmi_gradient import fmi_gradient
from gifnet.metrics.fmi_pixel import fmi_pixel
from gifnet.metrics.mef_ms_ssim import mef_ms_ssim
from gifnet.metrics.mef_ssim import mef_ssim
from gifnet.metrics.mi import mi, mi_tang
from gifnet.metrics.ms_ssim import ms_ssim
from gifnet.metrics.mse import mse
from gifnet.metrics.nabf import nabf
from gifnet.metrics.nmi import nmi
from gifnet.metrics.piella_uqi import piella_uqi
from gifnet.metrics.piella_uqi_edge import piella_uqi_edge
from gifnet.metrics.piella_uqi_weighted import piella_uqi_weighted
from gifnet.metrics.psnr import psnr, psnr_tang
from gifnet.metrics.q2n import q2n
from gifnet.metrics.qabf import qabf
from gifnet.metrics.qcb import qcb
from gifnet.metrics.qcv import qcv
from gifnet.metrics.qe import qe
from gifnet.metrics.qncie import qncie
from gifnet.metrics.qnr import qnr
from gifnet.metrics.qs import qs
from gifnet.metrics.qw import qw
from gifnet.metrics.qy import qy
from gifnet.metrics.sam import sam
from gifnet.metrics.scc import scc
from gifnet.metrics.scd import scd, scd_uint8
from gifnet.metrics.sd import sd
from gifnet.metrics.sf import sf
from gifnet.metrics.ssim import ssim
from gifnet.metrics.vif_wavelet_unit import vif_wavelet_unit
from gifnet.metrics.viff import viff
from gifnet.metrics.vifp_sum import vifp_sum
from gifnet.metrics.vifp_unit import vifp_unit

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
        slow: takes longer than most others together.
        reproduces_bug: repeats a known bug of a toolbox, to compare with papers that used it.
    """

    name: str
    label: str
    function: MetricFunction
    direction: Direction
    needs: Needs
    caution: str = ""
    slow: bool = False
    reproduces_bug: bool = False


_SHARPENING = "grows with over-sharpening and noise, too"
_COPY = "high for a copy of one source"
_AVERAGE = "best for the plain average of the sources"
_FLAT = "flat areas count 0; high for a copy of one source"
_GAIN = "measures a gain in contrast; grows with over-sharpening and noise, too"

_TABLE = (
    Metric("psnr_truth", "PSNR to the truth", psnr, Direction.HIGHER, Needs.TRUTH),
    Metric("ssim_truth", "SSIM to the truth", ssim, Direction.HIGHER, Needs.TRUTH),
    Metric("sam", "SAM", sam, Direction.LOWER, Needs.TRUTH_BANDS),
    Metric("ergas", "ERGAS", ergas, Direction.LOWER, Needs.TRUTH_BANDS),
    Metric("q2n", "Q2n", q2n, Direction.HIGHER, Needs.TRUTH_BANDS),
    Metric(
        "scc",
        "SCC",
        scc,
        Direction.HIGHER,
        Needs.TRUTH_BANDS,
        "brightness and contrast do not count",
    ),
    Metric(
        "mef_ssim", "MEF-SSIM", mef_ssim, Direction.HIGHER, Needs.SOURCES, "does not see brightness"
    ),
    Metric("qcb", "QCB", qcb, Direction.HIGHER, Needs.SOURCES),
    Metric(
        "vifp_sum", "VIF", vifp_sum, Direction.HIGHER, Needs.SOURCES, "grows with contrast, too"
    ),
    Metric(
        "qabf",
        "Qabf",
        qabf,
        Direction.HIGHER,
        Needs.SOURCES,
        "edges that no source has are not punished",
    ),
    Metric("ei", "EI", ei, Direction.HIGHER, Needs.FUSED, _SHARPENING),
    Metric("ag", "AG", ag, Direction.HIGHER, Needs.FUSED, _SHARPENING),
    Metric("sf", "SF", sf, Direction.HIGHER, Needs.FUSED, _SHARPENING),
    Metric(
        "en",
        "EN",
        en,
        Direction.HIGHER,
        Needs.FUSED,
        "grows with noise and stretched contrast, too",
    ),
    Metric("sd", "SD", sd, Direction.HIGHER, Needs.FUSED, "grows with any stretch of the contrast"),
    Metric("mi", "MI", mi, Direction.HIGHER, Needs.SOURCES, _COPY),
    Metric("nmi", "NMI", nmi, Direction.HIGHER, Needs.SOURCES, _COPY),
    Metric(
        "qncie",
        "QNCIE",
        qncie,
        Direction.HIGHER,
        Needs.SOURCES,
        "varies little; the sources' likeness counts, too",
    ),
    Metric("ce", "CE", ce, Direction.LOWER, Needs.SOURCES, "compares histograms only, not places"),
    Metric("cc", "CC", cc, Direction.HIGHER, Needs.SOURCES, "high for the plain average"),
    Metric(
        "scd",
        "SCD",
        scd,
        Direction.HIGHER,
        Needs.SOURCES,
        "grows with contrast; highest for the sum of the sources",
    ),
    Metric("mse", "MSE", mse, Direction.LOWER, Needs.SOURCES, _AVERAGE),
    Metric("psnr", "PSNR", psnr, Direction.HIGHER, Needs.SOURCES, _AVERAGE),
    Metric("ssim", "SSIM", ssim, Direction.HIGHER, Needs.SOURCES, "high for the plain average"),
    Metric(
        "ms_ssim", "MS-SSIM", ms_ssim, Direction.HIGHER, Needs.SOURCES, "high for the plain average"
    ),
    Metric(
        "mef_ms_ssim",
        "MEF-MS-SSIM",
        mef_ms_ssim,
        Direction.HIGHER,
        Needs.SOURCES,
        "does not see brightness",
    ),
    Metric("vifp_unit", "VIF (pixels, [0, 1])", vifp_unit, Direction.HIGHER, Needs.SOURCES, _GAIN),
    Metric(
        "vif_wavelet_unit",
        "VIF (wavelets, [0, 1])",
        vif_wavelet_unit,
        Direction.HIGHER,
        Needs.SOURCES,
        _GAIN,
    ),
    Metric(
        "viff",
        "VIFF",
        viff,
        Direction.HIGHER,
        Needs.SOURCES,
        "grows with contrast; the order of the sources counts a little",
    ),
    Metric(
        "nabf", "Nabf", nabf, Direction.LOWER, Needs.SOURCES, "blur adds no edges and costs nothing"
    ),
    Metric(
        "fmi_pixel", "FMI (pixels)", fmi_pixel, Direction.HIGHER, Needs.SOURCES, _FLAT, slow=True
    ),
    Metric(
        "fmi_gradient",
        "FMI (gradient)",
        fmi_gradient,
        Direction.HIGHER,
        Needs.SOURCES,
        _FLAT,
        slow=True,
    ),
    Metric("fmi_dct", "FMI (DCT)", fmi_dct, Direction.HIGHER, Needs.SOURCES, _COPY, slow=True),
    Metric("piella_uqi", "Piella Q", piella_uqi, Direction.HIGHER, Needs.SOURCES),
    Metric(
        "piella_uqi_weighted", "Piella Q_W", piella_uqi_weighted, Direction.HIGHER, Needs.SOURCES
    ),
    Metric("piella_uqi_edge", "Piella Q_E", piella_uqi_edge, Direction.HIGHER, Needs.SOURCES),
    Metric("qs", "QS", qs, Direction.HIGHER, Needs.SOURCES),
    Metric("qw", "QW", qw, Direction.HIGHER, Needs.SOURCES),
    Metric("qe", "QE", qe, Direction.HIGHER, Needs.SOURCES),
    Metric("qy", "QY", qy, Direction.HIGHER, Needs.SOURCES, "not verified on saturated areas"),
    Metric(
        "qcv",
        "QCV",
        qcv,
        Direction.LOWER,
        Needs.SOURCES,
        "brightness and contrast of the whole do not count",
    ),
    Metric(
        "ciede2000",
        "CIEDE2000",
        ciede2000,
        Direction.LOWER,
        Needs.COLOUR,
        "sources that differ cannot all be met",
    ),
    Metric(
        "colourfulness",
        "Colourfulness",
        colourfulness,
        Direction.HIGHER,
        Needs.FUSED_COLOUR,
        "false colours raise it, too",
    ),
    Metric(
        "d_lambda",
        "D_lambda",
        d_lambda,
        Direction.LOWER,
        Needs.PANSHARPENING,
        "0 for the enlarged bands, however blurred",
    ),
    Metric("d_s", "D_s", d_s, Direction.LOWER, Needs.PANSHARPENING),
    Metric("qnr", "QNR", qnr, Direction.HIGHER, Needs.PANSHARPENING),
    Metric(
        "mi_tang",
        "MI (Tang)",
        mi_tang,
        Direction.HIGHER,
        Needs.SOURCES,
        "reproduces a toolbox's bug: levels 254 and 255 merge",
        reproduces_bug=True,
    ),
    Metric(
        "psnr_tang",
        "PSNR (Tang)",
        psnr_tang,
        Direction.HIGHER,
        Needs.SOURCES,
        "reproduces a toolbox's bug: 48.13 dB too high",
        reproduces_bug=True,
    ),
    Metric(
        "scd_uint8",
        "SCD (uint8)",
        scd_uint8,
        Direction.HIGHER,
        Needs.SOURCES,
        "reproduces a toolbox's bug: differences below 0 are lost",
        reproduces_bug=True,
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _TABLE})
"""Name -> metric, in the order in which reports show them: what decides most comes first."""

SMALL_SET = (
    *("psnr_truth", "ssim_truth"),
    *("sam", "ergas", "q2n"),  # pansharpening, to which the next four do not apply
    *("mef_ssim", "qcb", "vifp_sum", "qabf"),
)
"""What to report where it is to be little, as far as it applies; docs/metrics.md says why."""
