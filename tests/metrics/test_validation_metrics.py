"""The metrics that validation uses, against MATLAB's values and known answers."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.metrics import ag, psnr, ssim


def _ramp(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.asarray(3 * rows + 4 * columns, np.float64)


def test_the_average_gradient_of_a_ramp_is_its_slope() -> None:
    # |gradient| is 5 everywhere; the sum over MN pixels is divided by (M-1)(N-1)
    value = ag([], _ramp(9, 6))
    assert value == pytest.approx(5 / np.sqrt(2) * (9 * 6) / (8 * 5))


def test_the_average_gradient_is_in_8_bit_levels_for_any_range() -> None:
    picture = _ramp(9, 6)
    assert ag([], picture / 255, data_range=1) == pytest.approx(ag([], picture))


def test_equal_pictures_have_infinite_psnr_and_ssim_one() -> None:
    picture = _ramp(20, 21)
    assert psnr([picture], picture) == float("inf")
    assert ssim([picture, picture], picture) == pytest.approx(1)


def test_a_constant_error_of_a_tenth_is_twenty_decibels() -> None:
    picture = np.full((12, 12), 0.5)
    assert psnr([picture], picture + 0.1, data_range=1) == pytest.approx(20)


def test_bad_pictures_are_named() -> None:
    picture = _ramp(12, 12)
    with pytest.raises(ImageSizeError, match=r"one size, got \(12, 12\) and \(12, 11\)"):
        psnr([picture], picture[:, 1:])
    with pytest.raises(ImageValueError, match="NaN"):
        ssim([picture], np.full((12, 12), np.nan))
    with pytest.raises(ImageValueError, match=r"grey pictures \(H, W\)"):
        ag([], np.zeros((4, 4, 3)))
    with pytest.raises(ImageValueError, match="at least 1 sources, got 0"):
        psnr([], picture)
    with pytest.raises(ImageSizeError, match="11x11"):
        ssim([picture[:8]], picture[:8])
    with pytest.raises(ImageSizeError, match="2x2"):
        ag([], picture[:1])


@pytest.mark.shared
@pytest.mark.parametrize("pair", ["MFIF", "Medical", "MEIF"])
def test_values_agree_with_the_matlab_toolboxes(shared: Path, pair: str) -> None:
    folder = shared / "golden" / "metrics"
    a, b, fused = (np.asarray(Image.open(folder / f"{pair}_{name}.png")) for name in "ABF")
    golden = json.loads((folder / "values.json").read_text())["pairs"][pair]
    toolbox = golden["Linfeng-Tang/Evaluation-for-Image-Fusion"]
    assert ag([a, b], fused) == pytest.approx(toolbox["AG"], rel=1e-6)
    # the toolbox mixes two ranges: its PSNR is 20 log10(255) too high
    assert psnr([a, b], fused) == pytest.approx(toolbox["PSNR"] - 20 * np.log10(255), rel=1e-6)
    # VIFB adds Wang's two values up, we take the mean
    wang = golden["xingchenzhang/VIFB"]["Ssim"] / 2
    assert ssim([a, b], fused) == pytest.approx(wang, rel=1e-6)
