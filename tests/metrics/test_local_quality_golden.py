"""Piella's, Yang's and Chen's metrics and FMI against the values of the MATLAB toolboxes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gifnet.metrics.fmi_dct import fmi_dct
from gifnet.metrics.fmi_pixel import fmi_pixel
from gifnet.metrics.piella_uqi import piella_uqi
from gifnet.metrics.piella_uqi_edge import piella_uqi_edge
from gifnet.metrics.piella_uqi_weighted import piella_uqi_weighted
from gifnet.metrics.qcb import qcb
from gifnet.metrics.qcv import qcv
from gifnet.metrics.qe import qe
from gifnet.metrics.qs import qs
from gifnet.metrics.qw import qw
from gifnet.metrics.qy import qy

LIU, REFERENCE = "zhengliu6699/imageFusionMetrics", "reference (float64)"
MEFB, TANG = "xingchenzhang/MEFB", "Linfeng-Tang/Evaluation-for-Image-Fusion"
ALL = ("MFIF", "Medical", "MEIF")

# The golden numbers of the toolboxes have ten digits, those of the reference all of them.
DIGITS, EXACT = 1e-9, 1e-12
# Where both sources are flat the toolboxes weigh them by the rounding errors of their variances.
FLAT_QS = 1e-3  # measured: 9.4e-4
# The reference lets rounding errors weigh windows that are saturated at 255; Liu's runs do not.
FLAT_QW = 1e-6
# The toolboxes take the contrast of rounding errors in black areas; the reference of one pair
# rounds the stretched levels otherwise.
BLACK_QCB = 1e-4  # measured: 5.8e-5

CASES: list[tuple[Callable[..., float], str, str, tuple[str, ...], float]] = [
    (qs, LIU, "QS", ("MFIF",), DIGITS),
    (qs, LIU, "QS", ("Medical", "MEIF"), FLAT_QS),
    (qs, REFERENCE, "QS", ("MFIF", "Medical"), EXACT),
    (qs, REFERENCE, "QS", ("MEIF",), FLAT_QS),
    (qw, LIU, "QW", ALL, DIGITS),
    (qw, REFERENCE, "QW", ("MFIF",), EXACT),
    (qw, REFERENCE, "QW", ("Medical", "MEIF"), FLAT_QW),
    (qe, REFERENCE, "QE", ("MFIF",), EXACT),
    (qe, REFERENCE, "QE", ("Medical", "MEIF"), FLAT_QW),
    (piella_uqi, REFERENCE, "Q0_uqi", ALL, EXACT),
    (piella_uqi_weighted, REFERENCE, "QW_uqi", ALL, EXACT),
    (piella_uqi_edge, REFERENCE, "QE_uqi", ALL, EXACT),
    # saturated areas of MEIF make QY and the toolboxes' NaN there incomparable
    (qy, REFERENCE, "QY", ("MFIF", "Medical"), EXACT),
    (qy, MEFB, "Qy", ("MFIF", "Medical"), DIGITS),
    (qcb, LIU, "QCB", ("MFIF", "MEIF"), DIGITS),
    (qcb, LIU, "QCB", ("Medical",), BLACK_QCB),
    (qcb, REFERENCE, "QCB", ("MFIF",), EXACT),
    (qcb, REFERENCE, "QCB", ("Medical", "MEIF"), BLACK_QCB),
    (qcv, LIU, "QCV", ALL, DIGITS),
    (qcv, REFERENCE, "QCV", ALL, EXACT),
    (fmi_pixel, REFERENCE, "FMI_none", ("Medical",), EXACT),
    (fmi_dct, REFERENCE, "FMI_dct", ("Medical",), EXACT),
]


def _pictures(shared: Path, pair: str) -> list[np.ndarray]:
    folder = shared / "golden" / "metrics"
    return [np.asarray(Image.open(folder / f"{pair}_{name}.png")) for name in "ABF"]


def _golden(shared: Path, pair: str) -> Any:
    text = (shared / "golden" / "metrics" / "values.json").read_text(encoding="utf-8")
    return json.loads(text)["pairs"][pair]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("metric", "toolbox", "name", "pair", "tolerance"),
    [
        pytest.param(*case[:3], pair, case[4], id=f"{case[2]}-{pair}-{case[1].split('/')[-1]}")
        for case in CASES
        for pair in case[3]
    ],
)
def test_values_agree_with_the_toolboxes(
    shared: Path,
    metric: Callable[..., float],
    toolbox: str,
    name: str,
    pair: str,
    tolerance: float,
) -> None:
    a, b, fused = _pictures(shared, pair)
    golden = _golden(shared, pair)[toolbox][name]
    assert metric([a, b], fused) == pytest.approx(golden, rel=tolerance)


@pytest.mark.shared
@pytest.mark.parametrize(("metric", "name"), [(fmi_pixel, "none"), (fmi_dct, "dct")])
def test_feature_mutual_information_agrees_with_the_toolbox_on_the_central_crop(
    shared: Path, metric: Callable[..., float], name: str
) -> None:
    a, b, fused = (picture[80:176, 80:176] for picture in _pictures(shared, "Medical"))
    golden = _golden(shared, "Medical")[TANG][f"FMI_{name}_crop96"]
    assert metric([a, b], fused) == pytest.approx(golden, rel=DIGITS)
