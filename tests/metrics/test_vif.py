"""VIF in its variants and VIFF, against the toolboxes, torchmetrics and known answers."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torchmetrics.functional.image import visual_information_fidelity

from gifnet.errors import ImageSizeError, ImageValueError, MissingDependencyError
from gifnet.metrics.steerable_pyramid import straight_bands
from gifnet.metrics.vif_wavelet_unit import vif_wavelet_unit
from gifnet.metrics.viff import viff
from gifnet.metrics.vifp_sum import vifp_sum
from gifnet.metrics.vifp_unit import vifp_unit
from gifnet.metrics.wavelet_vif import wavelet_vif

Picture = NDArray[np.float64]
Metric = Callable[..., float]

ALL = pytest.mark.parametrize("metric", [vifp_sum, vifp_unit, vif_wavelet_unit, viff])
ANY_NUMBER = pytest.mark.parametrize("metric", [vifp_sum, vifp_unit, vif_wavelet_unit])
PINNED = {
    "vifp_sum": 0.315607354569,
    "vifp_unit": 0.302160346982,
    "vif_wavelet_unit": 0.318462803406,
    "viff": 0.115937329409,
}
few_examples = settings(max_examples=8, deadline=None, derandomize=True)


def _scene(seed: int, height: int = 70, width: int = 83) -> Picture:
    """Blobs of some pixels on a gradient, 0 to 255, with a little noise."""
    random = np.random.default_rng(seed)
    blobs = ndimage.gaussian_filter(random.normal(size=(height, width)), 2)
    picture = blobs / blobs.std() + np.linspace(-1, 1, width) + random.normal(0, 0.1, blobs.shape)
    return np.asarray(255 * (picture - picture.min()) / np.ptp(picture), np.float64)


def _triple(seed: int, height: int = 70, width: int = 83) -> tuple[Picture, Picture, Picture]:
    a, b = _scene(seed, height, width), _scene(seed + 1000, height, width)
    return a, b, 0.6 * a + 0.4 * b


def _by_torchmetrics(sources: list[Picture], fused: Picture) -> list[float]:
    def tensor(picture: Picture) -> torch.Tensor:
        return torch.tensor(picture, dtype=torch.float64)[None, None]

    return [float(visual_information_fidelity(tensor(fused), tensor(source))) for source in sources]


# agreement


@pytest.mark.shared
@pytest.mark.parametrize("pair", ["MFIF", "Medical", "MEIF"])
def test_values_agree_with_the_toolboxes(shared: Path, pair: str) -> None:
    folder = shared / "golden" / "metrics"
    a, b, fused = (np.asarray(Image.open(folder / f"{pair}_{name}.png")) for name in "ABF")
    golden = json.loads((folder / "values.json").read_text())["pairs"][pair]
    # float64 values that agree with the MATLAB toolboxes: what differs is rounding, which counts
    # where a flat window lies on the threshold of the definition
    reference = golden["reference (float64)"]
    assert vifp_sum([a, b], fused) == pytest.approx(reference["VIF_sum"], rel=1e-9)
    assert vif_wavelet_unit([a, b], fused) == pytest.approx(reference["VIFvec01_mean"], rel=1e-9)
    assert viff([a, b], fused) == pytest.approx(reference["VIFF"], rel=1e-9)
    # the toolboxes' own, printed with ten digits
    tang = golden["Linfeng-Tang/Evaluation-for-Image-Fusion"]
    assert vifp_sum([a, b], fused) == pytest.approx(tang["VIF"], rel=2e-9)
    assert viff([a, b], fused) == pytest.approx(golden["xingchenzhang/MEFB"]["VIF"], rel=2e-9)
    wavelet = golden["hli1221/imagefusion-nestfuse (vifvec)"]
    for name, scale in (("vifvec[0,1]", 1 / 255), ("vifvec[0,255]", 1.0)):
        values = wavelet_vif([a * scale, b * scale], fused * scale, 0.4)
        assert values == pytest.approx([wavelet[f"{name} A"], wavelet[f"{name} B"]], rel=2e-9)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_pixel_domain_agrees_with_torchmetrics(seed: int) -> None:
    a, b, fused = _triple(seed)
    expected = _by_torchmetrics([a, b], fused)
    assert vifp_sum([a, b], fused) == pytest.approx(sum(expected), rel=1e-9)
    expected = _by_torchmetrics([a / 255, b / 255], fused / 255)
    assert vifp_unit([a, b], fused) == pytest.approx(np.mean(expected), rel=1e-9)


def test_values_stay_what_they_were_when_they_agreed_with_the_toolboxes() -> None:
    # pinned where test_values_agree_with_the_toolboxes passed, for runs without its pictures
    rows, columns = np.mgrid[0:81, 0:90]
    a = 128 + 90 * np.sin(rows**2 / 90) * np.cos(columns / 3)
    b = 128 + 70 * np.sin(columns**2 / 150) + 30 * np.cos(rows * columns / 40)
    fused = 0.7 * a + 0.3 * b + 5 * np.sin(rows + 2 * columns)
    assert vifp_sum([a, b], fused) == pytest.approx(PINNED["vifp_sum"], rel=1e-8)
    assert vifp_unit([a, b], fused) == pytest.approx(PINNED["vifp_unit"], rel=1e-8)
    assert vif_wavelet_unit([a, b], fused) == pytest.approx(PINNED["vif_wavelet_unit"], rel=1e-8)
    assert viff([a, b], fused) == pytest.approx(PINNED["viff"], rel=1e-8)


# known answers


def test_a_fused_picture_equal_to_its_sources_keeps_all() -> None:
    a = _scene(3)
    assert vifp_sum([a, a], a) == pytest.approx(2, rel=1e-6)
    assert vifp_sum([a, a, a], a) == pytest.approx(3, rel=1e-6)
    assert vifp_unit([a, a, a], a) == pytest.approx(1, rel=1e-6)
    assert vif_wavelet_unit([a], a) == pytest.approx(1, rel=1e-6)
    assert viff([a, a], a) == pytest.approx(1, rel=1e-6)


@ANY_NUMBER
def test_more_contrast_counts_as_more_information_and_less_as_less(metric: Metric) -> None:
    a = 0.7 * _scene(4) + 40  # leaves the stretched picture in the range
    stretched, weak = 1.3 * a - 30, 0.7 * a + 30
    assert metric([a], stretched) > 1.01 > 0.99 > metric([a], weak)


@pytest.mark.parametrize("metric", [vifp_unit, vif_wavelet_unit])
def test_on_unit_pictures_vif_is_about_the_square_of_the_contrast(metric: Metric) -> None:
    # log(1 + c^2 x) / log(1 + x) for x of at most 0.25 / 0.4, mostly far less
    a = 0.5 * _scene(5)  # leaves 2 * a in the range
    assert metric([a], 0.5 * a + 60) == pytest.approx(0.25, rel=0.03)
    assert metric([a], 2 * a) == pytest.approx(4, rel=0.06)


@ALL
def test_a_constant_fused_picture_keeps_nothing(metric: Metric) -> None:
    a, b, _ = _triple(6)
    assert metric([a, b], np.full_like(a, 77)) == pytest.approx(0, abs=1e-6)


def test_noise_loses_information_but_not_on_unit_pictures() -> None:
    a = 0.5 * _scene(7) + 64  # leaves the noise in the range
    noisy = a + np.random.default_rng(7).normal(0, 20, a.shape)
    assert vifp_sum([a], noisy) < 0.5
    # the noise of the eye hides the noise added, and what it has in common with a by chance counts
    assert vifp_unit([a], noisy) > 1.5
    assert vif_wavelet_unit([a], noisy) > 1.5


@ALL
def test_a_negative_keeps_nothing(metric: Metric) -> None:
    a, _, _ = _triple(8)
    assert metric([a, a], 255 - a) == pytest.approx(0, abs=1e-6)


def test_viff_takes_each_window_from_the_source_of_lesser_gain() -> None:
    a, b, _ = _triple(9)
    # a has gain 1 everywhere, b nearly none: the published rule looks at b alone, in either order
    assert viff([a, b], a) < 0.35
    assert viff([b, a], a) < 0.35


# invariances


@few_examples
@given(seed=st.integers(0, 999), height=st.integers(65, 72), width=st.integers(65, 90))
def test_the_order_of_the_sources_does_not_count(seed: int, height: int, width: int) -> None:
    a, b, fused = _triple(seed, height, width)
    for metric in (vifp_sum, vifp_unit, vif_wavelet_unit):
        assert metric([b, a], fused) == pytest.approx(metric([a, b], fused), rel=1e-12)


@few_examples
@given(seed=st.integers(0, 999), height=st.integers(65, 72), width=st.integers(65, 90))
def test_transposed_pictures_have_the_same_values(seed: int, height: int, width: int) -> None:
    a, b, fused = _triple(seed, height, width)
    for metric in (vifp_sum, vifp_unit, vif_wavelet_unit, viff):
        assert metric([a.T, b.T], fused.T) == pytest.approx(metric([a, b], fused), rel=1e-8)


@few_examples
@given(seed=st.integers(0, 999), side=st.sampled_from([41, 57, 73]))
def test_flips_keep_the_pixel_domain_where_each_scale_has_odd_sides(seed: int, side: int) -> None:
    # at other sizes a flip changes which rows and columns the coarser scales keep
    a, b, fused = _triple(seed, side, side)
    for metric in (vifp_sum, vifp_unit, viff):
        expected = metric([a, b], fused)
        assert metric([a[::-1], b[::-1]], fused[::-1]) == pytest.approx(expected, rel=1e-8)
        assert metric([a[:, ::-1], b[:, ::-1]], fused[:, ::-1]) == pytest.approx(expected, rel=1e-8)


@few_examples
@given(seed=st.integers(0, 999), data_range=st.sampled_from([1.0, 65535.0, 1023.0]))
def test_the_range_of_the_values_does_not_count(seed: int, data_range: float) -> None:
    a, b, fused = _triple(seed)
    factor = data_range / 255
    for metric in (vifp_sum, vifp_unit, vif_wavelet_unit, viff):
        value = metric([a * factor, b * factor], fused * factor, data_range=data_range)
        assert value == pytest.approx(metric([a, b], fused), rel=1e-8)


@ANY_NUMBER
def test_several_sources_are_added_up_or_averaged(metric: Metric) -> None:
    a, b, fused = _triple(10)
    values = [metric([source], fused) for source in (a, b, a)]
    combine = sum if metric is vifp_sum else np.mean
    assert metric([a, b, a], fused) == pytest.approx(combine(values), rel=1e-12)


# flat regions, small pictures, bad arguments


@ALL
@pytest.mark.parametrize("level", [0.0, 127.3, 255.0])
def test_a_constant_source_is_named(metric: Metric, level: float) -> None:
    a = _scene(11)
    with pytest.raises(ImageValueError, match=r"source 2 is constant .* 0 / 0"):
        metric([a, np.full_like(a, level)], a)


def test_structure_that_no_window_can_see_is_named() -> None:
    checks = np.indices((81, 90)).sum(axis=0) % 2 * 255.0
    with pytest.raises(ImageValueError, match="source 1 is constant or flat in all windows"):
        vif_wavelet_unit([checks], checks)
    slope = np.add.outer(np.arange(50.0), np.arange(50.0)) * 1e-4
    with pytest.raises(ImageValueError, match="source 1 is constant or flat in all windows"):
        vifp_unit([slope], slope)


@ALL
def test_flat_areas_and_stripes_have_finite_values(metric: Metric) -> None:
    rows, columns = np.mgrid[0:75, 0:80]
    stripes = np.where(rows // 3 % 2 == 0, 0.0, 255.0)
    half = np.where(columns < 40, 255.0, _scene(12, 75, 80))
    black = np.where(rows < 50, 0.0, _scene(13, 75, 80))
    step = np.where(columns < 30, 10.0, 200.0)
    pictures = [stripes, half, black, step]
    if metric is not vif_wavelet_unit:  # see test_structure_that_no_window_can_see_is_named
        pictures.append(((rows + columns) % 2) * 255.0)
    for first, second in zip(pictures, [*pictures[1:], stripes], strict=True):
        for fused in (first, second, (first + second) / 2, np.zeros_like(first)):
            value = metric([first, second], fused)
            assert np.isfinite(value)
            assert value >= 0


@pytest.mark.parametrize(
    ("metric", "least"), [(vifp_sum, 41), (vifp_unit, 41), (viff, 41), (vif_wavelet_unit, 65)]
)
def test_the_smallest_picture_has_a_value_and_a_smaller_one_an_error(
    metric: Metric, least: int
) -> None:
    a, b, fused = _triple(14, least, least)
    assert np.isfinite(metric([a, b], fused))
    with pytest.raises(ImageSizeError, match=f"at least {least}x{least} pixels"):
        metric([a[1:], b[1:]], fused[1:])


def test_the_number_of_sources_is_checked() -> None:
    a, b, fused = _triple(15)
    with pytest.raises(ImageValueError, match="at least 1 sources, got 0"):
        vifp_sum([], fused)
    with pytest.raises(ImageValueError, match="at least 1 sources, got 0"):
        vif_wavelet_unit([], fused)
    with pytest.raises(ImageValueError, match="at least 2 sources, got 1"):
        viff([a], fused)
    with pytest.raises(ImageValueError, match="at most 2 sources, got 3"):
        viff([a, b, a], fused)


@ALL
def test_the_pictures_and_their_range_are_checked(metric: Metric) -> None:
    a, b, fused = _triple(16)
    with pytest.raises(ImageValueError, match="positive data_range, got 0"):
        metric([a, b], fused, data_range=0)
    with pytest.raises(ImageSizeError, match="one size"):
        metric([a, b], fused[1:])
    with pytest.raises(ImageValueError, match="NaN"):
        metric([a, b], np.full_like(a, np.nan))


@ALL
def test_the_pictures_are_left_as_they_were(metric: Metric) -> None:
    pictures = _triple(17)
    before = [picture.copy() for picture in pictures]
    metric(pictures[:2], pictures[2])
    for picture, copy in zip(pictures, before, strict=True):
        np.testing.assert_array_equal(picture, copy)


def test_the_wavelet_domain_says_that_it_needs_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    a = _scene(18)
    with pytest.raises(MissingDependencyError, match=r"opencv-python-headless.*gifnet\[eval\]"):
        vif_wavelet_unit([a], a)


# the pyramid


def test_levels_have_half_the_rows_and_columns_rounded_up() -> None:
    shapes = [band.shape for band, _ in straight_bands(_scene(19, 75, 90), 4)]
    assert shapes == [(75, 90), (38, 45), (19, 23), (10, 12)]


def test_the_bands_of_a_transposed_picture_are_exchanged() -> None:
    picture = _scene(20)
    for (horizontal, vertical), (other, another) in zip(
        straight_bands(picture, 3), straight_bands(picture.T, 3), strict=True
    ):
        np.testing.assert_allclose(other, vertical.T, atol=1e-11)
        np.testing.assert_allclose(another, horizontal.T, atol=1e-11)


def test_each_band_answers_to_change_in_its_direction_only() -> None:
    wave = np.tile(100 * np.sin(np.arange(96) * 0.8), (80, 1))
    for level, (horizontal, vertical) in enumerate(straight_bands(wave, 2)):
        # the coefficients have eight decimals, so the low pass leaks at the edge of the table
        assert np.abs(vertical).max() < 1e-9
        assert level > 0 or np.abs(horizontal).max() > 10


def test_mirrored_edges_keep_a_constant_free_of_detail() -> None:
    for bands in straight_bands(np.full((40, 41), 255.0), 3):
        assert np.abs(bands).max() < 1e-9
