"""The classic metrics: known answers, flat pictures, ranges, symmetries."""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError, SettingError
from gifnet.metrics.ag import ag
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
from gifnet.metrics.ssim import ssim

Metric = Callable[..., float]
Picture = NDArray[np.uint8]

OF_FUSED: tuple[Metric, ...] = (ag, ei, en, sd, sf)
OF_SOURCES: tuple[Metric, ...] = (
    *(mi, mi_tang, nmi, qncie, cc, mse, psnr, psnr_tang, ssim, mef_ssim, scd, scd_uint8, ce),
    *(qabf, nabf),
)
LARGE: tuple[Metric, ...] = (ms_ssim, mef_ms_ssim)
TWO_ONLY: tuple[Metric, ...] = (qncie, scd, scd_uint8)
MEAN: tuple[Metric, ...] = (cc, ce, mse, ssim, ms_ssim)
SUM: tuple[Metric, ...] = (mi, mi_tang, nmi)

PICTURES = arrays(np.uint8, (13, 17), elements=st.integers(0, 255))
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _value(metric: Metric, sources: list[Picture], fused: Picture, scale: float = 1) -> float:
    """The value, NaN where the pictures have no contrast; divided by ``scale`` before."""
    try:
        if scale == 1:
            return metric(sources, fused)
        return metric([each / scale for each in sources], fused / scale, data_range=255 / scale)
    except ImageValueError as error:
        assert "undefined" in str(error)  # noqa: PT017
        return math.nan


def _about(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)


def _noise(seed: int, height: int = 13, width: int = 17) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)


def _textures(height: int, width: int) -> list[Picture]:
    """Two smooth sources and something between them."""
    rows, columns = np.mgrid[0:height, 0:width]
    a = 128 + 100 * np.sin(rows / 3) * np.cos(columns / 5)
    b = 128 + 100 * np.cos(rows / 7 + columns / 4)
    return [np.rint(each).astype(np.uint8) for each in (a, b, 0.6 * a + 0.4 * b)]


def _special(height: int, width: int) -> list[Picture]:
    """Pictures where definitions divide by zero: constant ones, one pixel, two levels, a ramp."""
    rows, columns = np.mgrid[0:height, 0:width]
    pixel = np.full((height, width), 200, np.uint8)
    pixel[height // 2, width // 2] = 201
    checks = (255 * ((rows + columns) % 2)).astype(np.uint8)
    ramp = (rows + columns).astype(np.uint8)
    black, white = np.zeros_like(ramp), np.full_like(ramp, 255)
    return [black, white, pixel, checks, 255 - checks, ramp]


# known answers


def test_a_step_of_ten_levels_has_the_known_edges() -> None:
    step = np.where(np.arange(8) < 4, 0, 10) * np.ones((6, 1))
    # weights 1 + 2 + 1 on both sides of the step, two columns of eight
    assert ei([], step) == pytest.approx(4 * 10 * 2 / 8)
    # one difference of seven along the rows, none along the columns
    assert sf([], step) == pytest.approx(math.sqrt(100 / 7))
    assert sd([], step) == pytest.approx(5)
    assert en([], step) == pytest.approx(1)


def test_entropy_is_8_bits_where_all_levels_are_equally_frequent() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert en([], levels) == pytest.approx(8)
    assert mi([levels, levels], levels) == pytest.approx(16)
    assert nmi([levels, levels], levels) == pytest.approx(2)
    assert qncie([levels, levels], levels) == pytest.approx(1)


def test_independent_pictures_share_no_information() -> None:
    rows, columns = np.mgrid[0:4, 0:4]
    assert mi([rows], columns) == pytest.approx(0, abs=1e-12)
    assert nmi([rows], columns) == pytest.approx(0, abs=1e-12)
    flat = np.full((4, 4), 7)
    # three unrelated pictures: all eigenvalues are 1
    assert qncie([flat, flat], rows) == pytest.approx(1 + math.log(1 / 3, 256))


def test_the_toolbox_that_merges_two_levels_finds_too_much_information() -> None:
    rows, columns = np.mgrid[0:2, 0:2]
    # independent, but the joint histogram sees one pair of levels only: H(A) + H(F) - 0
    assert mi([254 + rows], 254 + columns) == pytest.approx(0, abs=1e-12)
    assert mi_tang([254 + rows], 254 + columns) == pytest.approx(2)
    assert mi([254 + rows], 254 + columns, compat="tang") == pytest.approx(2)


def test_stretching_the_contrast_to_8_bits_changes_no_normalised_information() -> None:
    a, b, fused = (each // 3 + 40 for each in _textures(31, 37))
    stretched = [
        np.floor((each - float(each.min())) * 255 / np.ptp(each) + 0.5) for each in (a, b, fused)
    ]
    for metric in (nmi, qncie):
        value = metric([a, b], fused)
        assert metric(stretched[:2], stretched[2]) == pytest.approx(value, rel=1e-12)


def test_cross_entropy_of_two_levels_is_that_by_hand() -> None:
    source, fused = np.array([[1, 1, 2, 2]]), np.array([[1, 2, 2, 2]])
    expected = 0.5 * math.log2(0.5 / 0.25) + 0.5 * math.log2(0.5 / 0.75)
    assert ce([source], fused) == pytest.approx(expected)
    assert ce([source, fused], fused) == pytest.approx(expected / 2)


def test_cross_entropy_leaves_out_levels_of_one_picture_only() -> None:
    source, fused = np.array([[1, 1, 2, 9]]), np.array([[1, 2, 2, 7]])
    expected = 0.5 * math.log2(0.5 / 0.25) + 0.25 * math.log2(0.25 / 0.5)
    assert ce([source], fused) == pytest.approx(expected)


def test_a_sum_of_both_sources_has_the_greatest_correlations_of_differences() -> None:
    a, b = _noise(1) // 2, _noise(2) // 2
    assert scd([a, b], a + b) == pytest.approx(2)
    assert scd_uint8([a, b], a + b) == pytest.approx(2)


def test_a_copy_of_one_source_took_nothing_from_the_other() -> None:
    a, b = _noise(1).astype(float), _noise(2).astype(float)
    expected = np.corrcoef((a - b).ravel(), a.ravel())[0, 1]
    assert scd([a, b], a) == pytest.approx(expected)
    assert scd([a, b], a / 3 + 2 * a / 3 + 5) == pytest.approx(expected)
    assert scd([a, a], a) == 0


def test_a_picture_and_its_negative_have_opposite_correlations() -> None:
    a = _noise(1)
    assert cc([a, a], a) == pytest.approx(1)
    assert cc([255 - a], a) == pytest.approx(-1)
    assert cc([a, 255 - a], a) == pytest.approx(0, abs=1e-12)


def test_errors_of_a_tenth_make_the_known_mse_and_psnr() -> None:
    picture = np.full((4, 5), 0.5)
    assert mse([picture], picture + 0.1, data_range=1) == pytest.approx(0.01)
    assert mse([picture, picture + 0.1], picture + 0.1, data_range=1) == pytest.approx(0.005)
    assert psnr_tang([picture], picture + 0.1, data_range=1) == pytest.approx(
        20 + 20 * math.log10(255)
    )
    assert psnr([picture], picture, compat="tang") == math.inf


def test_fusing_nothing_gives_the_known_values() -> None:
    a = _textures(48, 52)[0]
    assert mef_ssim([a, a], a) == pytest.approx(1, abs=1e-5)
    assert mef_ms_ssim([a, a], a) == pytest.approx(1, abs=1e-5)
    assert nabf([a, a], a) == 0
    assert mi([a, a], a) == pytest.approx(2 * en([], a))
    # the sigmoids end below 1: a ratio of some levels counts as great, a likeness of 1 as 0.9879
    assert qabf([a, a], a) == pytest.approx(0.9994 * 0.9879 / (1 + math.exp(-4.4)), rel=1e-3)
    large = _textures(176, 181)[0]
    assert ms_ssim([large, large], large) == pytest.approx(1)


def test_mef_ssim_does_not_see_brightness() -> None:
    a, b, fused = (each // 2 for each in _textures(24, 26))
    value = mef_ssim([a, b], fused)
    assert mef_ssim([a, b + 40], fused + 90) == pytest.approx(value, rel=1e-9)


def test_structures_that_cancel_each_other_ask_for_a_flat_picture() -> None:
    a = _noise(3, 20, 20)
    assert mef_ssim([a, 255 - a], np.full_like(a, 128)) == pytest.approx(1)
    assert mef_ssim([a, 255 - a], a) < 0.1


def test_a_negative_picture_has_no_structural_similarity() -> None:
    a = _noise(3, 176, 176)
    assert ms_ssim([255 - a], a) == 0
    assert mef_ms_ssim([255 - a], a) == 0


def test_edges_that_no_source_has_are_artefacts() -> None:
    a = _textures(30, 30)[0]
    blurred = np.full_like(a, a.mean())
    assert nabf([a, a], blurred) == 0
    noisy = np.clip(a + np.random.default_rng(0).normal(0, 20, a.shape), 0, 255)
    assert nabf([a, a], noisy) > 0.05
    flat = np.full((10, 10), 50)
    step = np.where(np.arange(10) < 5, 0, 100) * np.ones((10, 1))
    # two of ten columns have an edge in the fused picture only; Q there is all but 0
    assert nabf([flat, flat], step) == pytest.approx(0.2, rel=1e-3)


# flat pictures and errors


@pytest.mark.parametrize("metric", OF_FUSED + OF_SOURCES, ids=lambda metric: metric.__name__)
def test_special_pictures_give_a_finite_value_or_a_clear_error(metric: Metric) -> None:
    special = _special(12, 14)
    for a, b, fused in product(special, repeat=3):
        try:
            value = metric([a, b], fused)
        except ImageValueError as error:
            assert "undefined" in str(error)  # noqa: PT017
            continue
        equal = np.array_equal(a, fused) and np.array_equal(b, fused)
        infinite = metric in {psnr, psnr_tang} and equal
        assert math.isinf(value) if infinite else math.isfinite(value)


@pytest.mark.parametrize("metric", LARGE, ids=lambda metric: metric.__name__)
def test_special_large_pictures_give_a_finite_value(metric: Metric) -> None:
    black, _, pixel, checks, _, ramp = _special(176, 177)
    for a, fused in product((black, pixel, checks, ramp), repeat=2):
        assert math.isfinite(metric([a, pixel], fused))


def test_pictures_without_contrast_are_named() -> None:
    a, flat = _noise(1), np.full((13, 17), 9)
    with pytest.raises(ImageValueError, match="source 2 is constant: the correlation"):
        cc([a, flat], a)
    with pytest.raises(ImageValueError, match="the fused picture is constant: the correlation"):
        cc([a, a], flat)
    for metric in (scd, scd_uint8):
        with pytest.raises(ImageValueError, match="source 1 is constant: the correlation"):
            metric([flat, a], a)
    with pytest.raises(ImageValueError, match="source 2 and the fused picture are constant"):
        nmi([a, flat], flat)
    with pytest.raises(ImageValueError, match="source 1 and the fused picture have none in common"):
        ce([flat], flat + 1)
    with pytest.raises(ImageValueError, match="all sources are 0 everywhere"):
        qabf([0 * flat, 0 * flat], a)


def test_too_small_pictures_and_wrong_numbers_of_sources_are_named() -> None:
    a = _noise(1)
    with pytest.raises(ImageSizeError, match="176x176"):
        ms_ssim([_noise(1, 176, 175)], _noise(1, 176, 175))
    with pytest.raises(ImageSizeError, match="44x44"):
        mef_ms_ssim([a], a)
    with pytest.raises(ImageSizeError, match="11x11"):
        mef_ssim([a[:10]], a[:10])
    for metric in TWO_ONLY:
        with pytest.raises(ImageValueError, match="at most 2 sources, got 3"):
            metric([a, a, a], a)
    for metric in (*OF_SOURCES, *LARGE):
        with pytest.raises(ImageValueError, match=r"at least [12] sources, got 0"):
            metric([], a)


def test_a_range_that_is_none_is_an_error_everywhere() -> None:
    a, b, fused = _textures(176, 176)
    for metric in (*OF_FUSED, *OF_SOURCES, *LARGE):
        with pytest.raises(ImageValueError, match="positive data_range, got 0"):
            metric([a, b], fused, data_range=0)


def test_unknown_quirks_are_errors() -> None:
    a = _noise(1)
    for metric in (mi, psnr):
        with pytest.raises(SettingError, match="compat to be None or 'tang', got 'vifb'"):
            metric([a], a, compat="vifb")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="compat to be None or 'uint8', got 'tang'"):
        scd([a, a], a, compat="tang")  # type: ignore[arg-type]


# ranges and symmetries


@given(PICTURES, PICTURES, PICTURES)
@SETTINGS
def test_the_order_of_the_sources_does_not_matter(a: Picture, b: Picture, fused: Picture) -> None:
    for metric in OF_SOURCES:
        assert _value(metric, [b, a], fused) == _about(_value(metric, [a, b], fused))


@given(PICTURES, PICTURES, PICTURES)
@SETTINGS
def test_pictures_on_0_to_1_have_the_values_of_8_bit_pictures(
    a: Picture, b: Picture, fused: Picture
) -> None:
    for metric in (*OF_FUSED, *OF_SOURCES):
        value = _value(metric, [a, b], fused)
        assert _value(metric, [a, b], fused, scale=255) == _about(value), metric


@given(PICTURES, PICTURES, PICTURES)
@SETTINGS
def test_flips_and_transposes_change_nothing_where_angles_do_not_count(
    a: Picture, b: Picture, fused: Picture
) -> None:
    for metric in (*OF_FUSED, *OF_SOURCES):
        value = _about(_value(metric, [a, b], fused))
        # half a turn keeps the angles of edges, of which Qabf and Nabf have an odd view
        turned = [each[::-1, ::-1] for each in (a, b, fused)]
        assert _value(metric, turned[:2], turned[2]) == value, metric
        if metric is not qabf:
            assert _value(metric, [a[::-1], b[::-1]], fused[::-1]) == value, metric
        if metric not in {qabf, nabf}:
            assert _value(metric, [a.T, b.T], fused.T) == value, metric


@pytest.mark.parametrize("metric", LARGE, ids=lambda metric: metric.__name__)
def test_metrics_of_several_scales_have_the_same_symmetries(metric: Metric) -> None:
    a, b, fused = _textures(176, 192)
    value = pytest.approx(metric([a, b], fused), rel=1e-9)
    assert metric([b, a], fused) == value
    assert metric([a.T, b.T], fused.T) == value
    assert metric([a[::-1], b[::-1]], fused[::-1]) == value
    assert metric([a / 255, b / 255], fused / 255, data_range=1) == value


@given(PICTURES, PICTURES, PICTURES)
@SETTINGS
def test_values_lie_in_the_range_that_the_docstrings_say(
    a: Picture, b: Picture, fused: Picture
) -> None:
    ranges = {
        **{en: (0, 8), sd: (0, 127.5), sf: (0, math.inf), ei: (0, math.inf), mi: (0, 16)},
        **{nmi: (0, 2), qncie: (0.8018, 1), cc: (-1, 1), mse: (0, 1), scd: (-2, 2)},
        **{mef_ssim: (-1, 1), qabf: (0, 0.9754), nabf: (0, 1)},
    }
    for metric, (least, most) in ranges.items():
        value = _value(metric, [a, b], fused)
        assert math.isnan(value) or least - 1e-9 <= value <= most + 1e-9


def test_more_sources_are_added_up_or_averaged_as_the_docstrings_say() -> None:
    a, b, fused = _textures(176, 177)
    c = np.roll(a, 5, axis=0)
    for metric in (*MEAN, *SUM):
        single = [metric([each], fused) for each in (a, b, c)]
        expected = sum(single) if metric in SUM else np.mean(single)
        assert metric([a, b, c], fused) == pytest.approx(expected, rel=1e-12)
