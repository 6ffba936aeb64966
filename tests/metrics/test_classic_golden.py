"""The classic metrics against what MATLAB toolboxes give for real pictures."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gifnet.metrics.cc import cc
from gifnet.metrics.ce import ce
from gifnet.metrics.ei import ei
from gifnet.metrics.en import en
from gifnet.metrics.mef_ms_ssim import mef_ms_ssim
from gifnet.metrics.mef_ssim import mef_ssim
from gifnet.metrics.mi import mi, mi_tang
from gifnet.metrics.ms_ssim import ms_ssim
from gifnet.metrics.mse import mse
from gifnet.metrics.nabf import nabf
from gifnet.metrics.nmi import nmi
from gifnet.metrics.psnr import psnr, psnr_tang
from gifnet.metrics.qabf import qabf
from gifnet.metrics.qncie import qncie
from gifnet.metrics.scd import scd, scd_uint8
from gifnet.metrics.sd import sd
from gifnet.metrics.sf import sf

TANG = "Linfeng-Tang/Evaluation-for-Image-Fusion"
VIFB = "xingchenzhang/VIFB"
MEFB = "xingchenzhang/MEFB"
REFERENCE = "reference (float64)"

ALL = ("MFIF", "Medical", "MEIF")
MEDICAL = ("Medical",)

# metric, pairs that have a value, toolbox, its name there
TOOLBOX_VALUES = [
    (ei, ALL, VIFB, "Edge_intensity"),
    (en, ALL, TANG, "EN"),
    (sd, ALL, TANG, "SD"),
    (sf, ALL, TANG, "SF"),
    (mi_tang, ALL, TANG, "MI"),
    (nmi, ALL, MEFB, "NMI"),
    (qncie, ALL, MEFB, "Qncie"),
    (cc, ALL, TANG, "CC"),
    (mse, ALL, TANG, "MSE"),
    (psnr_tang, ALL, TANG, "PSNR"),
    (scd, ALL, TANG, "SCD"),
    (scd_uint8, ALL, TANG, "SCD_on_uint8(clamped)"),
    (qabf, ALL, TANG, "Qabf"),
    (qabf, ALL, VIFB, "Qabf"),
    (nabf, MEDICAL, TANG, "Nabf(correct order)"),
    (mef_ssim, MEDICAL, TANG, "MEF_SSIM"),
    (mef_ms_ssim, MEDICAL, TANG, "MS_SSIM(=MEF)"),
    (ce, ALL, VIFB, "Cross_entropy"),
]
REFERENCE_VALUES = [
    (ei, ALL, "EI"),
    (en, ALL, "EN"),
    (sd, ALL, "SD"),
    (sf, ALL, "SF"),
    (mi, ALL, "MI"),
    (nmi, ALL, "NMI"),
    (qncie, ALL, "QNCIE"),
    (cc, ALL, "CC"),
    (mse, ALL, "MSE"),
    (psnr, ALL, "PSNR"),
    (psnr_tang, ALL, "PSNR_tang"),
    (ms_ssim, ALL, "MS_SSIM"),
    (scd, ALL, "SCD"),
    (scd_uint8, ALL, "SCD_uint8"),
    (qabf, ALL, "Qabf"),
    (nabf, ALL, "Nabf"),
    (mef_ssim, MEDICAL, "MEF_SSIM"),
    (mef_ms_ssim, MEDICAL, "MEF_MS_SSIM"),
]


@cache
def _golden(shared: Path) -> dict[str, Any]:
    text = (shared / "golden" / "metrics" / "values.json").read_text(encoding="utf-8")
    values: dict[str, Any] = json.loads(text)["pairs"]
    return values


@cache
def _pictures(shared: Path, pair: str) -> list[np.ndarray]:
    folder = shared / "golden" / "metrics"
    return [np.asarray(Image.open(folder / f"{pair}_{name}.png")) for name in "ABF"]


def _cases(table: list[tuple[Any, ...]]) -> list[Any]:
    return [
        pytest.param(pair, metric, *key, id=f"{metric.__name__}-{'-'.join(key[:1])}-{pair}")
        for metric, pairs, *key in table
        for pair in pairs
    ]


@pytest.mark.shared
@pytest.mark.parametrize(("pair", "metric", "toolbox", "name"), _cases(TOOLBOX_VALUES))
def test_values_agree_with_the_matlab_toolboxes(
    shared: Path, pair: str, metric: Callable[..., float], toolbox: str, name: str
) -> None:
    a, b, fused = _pictures(shared, pair)
    # the toolboxes' values were printed with ten digits
    assert metric([a, b], fused) == pytest.approx(_golden(shared)[pair][toolbox][name], rel=1e-9)


@pytest.mark.shared
@pytest.mark.parametrize(("pair", "metric", "name"), _cases(REFERENCE_VALUES))
def test_values_agree_with_the_independent_reference(
    shared: Path, pair: str, metric: Callable[..., float], name: str
) -> None:
    a, b, fused = _pictures(shared, pair)
    golden = _golden(shared)[pair][REFERENCE][name]
    # MEF-MS-SSIM: rounding errors in flat windows of the reference; the others reach 1e-14
    tolerance = 1e-9 if metric is mef_ms_ssim else 1e-12
    assert metric([a, b], fused) == pytest.approx(golden, rel=tolerance)


@pytest.mark.shared
def test_floats_of_single_precision_give_the_values_of_the_8_bit_pictures(shared: Path) -> None:
    pictures = _pictures(shared, "Medical")
    a, b, fused = ((picture / 255).astype(np.float32) for picture in pictures)
    for metric in (nabf, qabf, en, mi, nmi, qncie, ce, scd_uint8):
        value = metric([a, b], fused, data_range=1)
        assert value == pytest.approx(metric(pictures[:2], pictures[2]), rel=1e-12)
