"""Fusion metrics: one metric, one file, ``metric(sources, fused, *, data_range=255) -> float``.

``data_range`` is the largest possible value of the pictures, not the largest one found, and the
same for the sources and the fused picture::

    ssim([a, b], fused)                    # uint8, or floats from 0 to 255
    ssim([a, b], fused, data_range=65535)  # uint16 that uses all bits; 4095 for 12 bits in uint16
    ssim([a, b], fused, data_range=1)      # floats from 0 to 1

Values beyond the range by more than a tenth of it raise an ``ImageValueError``, in every metric.
Pictures far below it do not: floats in [0, 1] without ``data_range=1`` are measured as the nearly
black 8-bit pictures that they could be, and give a wrong number (EN at most 1, PSNR above 48 dB).
"""

from gifnet.metrics.ag import ag
from gifnet.metrics.catalogue import METRICS, SMALL_SET, Direction, Metric, Needs
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

__all__ = [
    "METRICS",
    "SMALL_SET",
    "Direction",
    "Metric",
    "Needs",
    "ag",
    "cc",
    "ce",
    "ciede2000",
    "colourfulness",
    "d_lambda",
    "d_s",
    "ei",
    "en",
    "ergas",
    "fmi_dct",
    "fmi_gradient",
    "fmi_pixel",
    "mef_ms_ssim",
    "mef_ssim",
    "mi",
    "mi_tang",
    "ms_ssim",
    "mse",
    "nabf",
    "nmi",
    "piella_uqi",
    "piella_uqi_edge",
    "piella_uqi_weighted",
    "psnr",
    "psnr_tang",
    "q2n",
    "qabf",
    "qcb",
    "qcv",
    "qe",
    "qncie",
    "qnr",
    "qs",
    "qw",
    "qy",
    "sam",
    "scc",
    "scd",
    "scd_uint8",
    "sd",
    "sf",
    "ssim",
    "vif_wavelet_unit",
    "viff",
    "vifp_sum",
    "vifp_unit",
]
