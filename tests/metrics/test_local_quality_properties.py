"""What Piella's, Yang's and Chen's metrics and FMI keep, whatever the pictures are."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.metrics.fmi_dct import fmi_dct
from gifnet.metrics.fmi_gradient import fmi_gradient
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

Metric = Callable[..., float]

PIELLA = [qs, qw, qe, piella_uqi, piella_uqi_weighted, piella_uqi_edge]
PAIRS = [*PIELLA, qy, qcb, qcv]
FMI = [fmi_pixel, fmi_gradient, fmi_dct]
SIDES = {qs: 11, qw: 11, qe: 11, qy: 7, qcb: 1, qcv: 16} | dict.fromkeys(FMI, 3)

few = settings(max_examples=10, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def _by_name(metric: Metric) -> str:
    return metric.__name__


each_metric = pytest.mark.parametrize("metric", [*PAIRS, *FMI], ids=_by_name)


def _scene(seed: int, height: int = 23, width: int = 26) -> list[np.ndarray]:
    """Two sources and a fused picture, each with a flat corner, in 8-bit levels."""
    generator = np.random.default_rng(seed)
    common = generator.uniform(0, 255, (height, width))
    pictures = [0.6 * common + generator.uniform(0, 100, common.shape) for _ in range(3)]
    for picture in pictures:
        picture[:13, :13] = generator.choice([0, 90, 255])
    return [np.clip(np.round(picture), 0, 255) for picture in pictures]


@each_metric
@few
@given(seed=seeds)
def test_the_order_of_the_sources_does_not_matter(metric: Metric, seed: int) -> None:
    a, b, fused = _scene(seed)
    assert metric([b, a], fused) == pytest.approx(metric([a, b], fused), rel=1e-9)


@each_metric
@few
@given(seed=seeds)
def test_the_range_of_the_values_does_not_matter(metric: Metric, seed: int) -> None:
    a, b, fused = _scene(seed)
    value = metric([a, b], fused)
    # the features of FMI are not rounded: dividing by 255 changes ties of gradients a little
    tolerance = 1e-6 if metric in FMI else 1e-12
    scaled = metric([a / 255, b / 255], fused / 255, data_range=1)
    assert scaled == pytest.approx(value, rel=tolerance)
    small = metric([picture.astype(np.uint8) for picture in (a, b)], fused.astype(np.float32))
    assert small == value


@pytest.mark.parametrize("metric", [*PIELLA, qy, qcb], ids=_by_name)
@few
@given(seed=seeds)
def test_mirrored_and_transposed_pictures_have_the_same_value(metric: Metric, seed: int) -> None:
    a, b, fused = _scene(seed)
    value = metric([a, b], fused)
    assert metric([a[::-1], b[::-1]], fused[::-1]) == pytest.approx(value, rel=1e-9)
    assert metric([a[:, ::-1], b[:, ::-1]], fused[:, ::-1]) == pytest.approx(value, rel=1e-9)
    assert metric([a.T, b.T], fused.T) == pytest.approx(value, rel=1e-9)


@few
@given(seed=seeds)
def test_qcv_may_be_transposed_and_mirrored_if_the_blocks_fill_the_picture(seed: int) -> None:
    a, b, fused = _scene(seed)
    assert qcv([a.T, b.T], fused.T) == pytest.approx(qcv([a, b], fused), rel=1e-9)
    a, b, fused = _scene(seed, 32, 48)
    value = qcv([a[::-1, ::-1], b[::-1, ::-1]], fused[::-1, ::-1])
    assert value == pytest.approx(qcv([a, b], fused), rel=1e-9)


@pytest.mark.parametrize("metric", [fmi_pixel, fmi_gradient], ids=_by_name)
@few
@given(seed=seeds)
def test_half_a_turn_reads_the_windows_backwards_and_keeps_fmi(metric: Metric, seed: int) -> None:
    a, b, fused = _scene(seed)
    turned = metric([a[::-1, ::-1], b[::-1, ::-1]], fused[::-1, ::-1])
    assert turned == pytest.approx(metric([a, b], fused), rel=1e-9)


@few
@given(seed=seeds)
def test_brightness_and_contrast_of_the_fused_picture_do_not_matter_to_chens_metrics(
    seed: int,
) -> None:
    a, b, fused = _scene(seed)
    for metric in (qcb, qcv):
        value = metric([a, b], fused)
        assert metric([a, b], 3 * fused + 7, data_range=1000) == pytest.approx(value, rel=1e-9)


@each_metric
@few
@given(
    pictures=arrays(
        np.float64, (3, 16, 17), elements=st.sampled_from([0.0, 1.0, 17.0, 254.0, 255.0])
    )
)
def test_any_picture_has_a_finite_value(metric: Metric, pictures: np.ndarray) -> None:
    a, b, fused = pictures
    value = metric([a, b], fused)
    assert np.isfinite(value)
    assert value >= -1.0000001 or metric in FMI


@each_metric
@pytest.mark.parametrize(
    "levels", [(0, 0, 0), (7, 7, 7), (0, 255, 128), (255, 255, 0), (0, 0, 9), (0.1, 0.2, 0.3)]
)
def test_constant_pictures_have_a_finite_value(
    metric: Metric, levels: tuple[float, float, float]
) -> None:
    a, b, fused = (np.full((18, 21), level) for level in levels)
    assert np.isfinite(metric([a, b], fused))


@pytest.mark.parametrize("metric", [*PIELLA, qy, qcb], ids=_by_name)
def test_equal_pictures_reach_one_even_if_they_are_flat(metric: Metric) -> None:
    textured = _scene(1)[0]
    for picture in (textured, np.zeros((17, 18)), np.full((17, 18), 93.7)):
        assert metric([picture, picture], picture) == pytest.approx(1, rel=1e-9)


def test_equal_pictures_have_no_visible_difference() -> None:
    picture = _scene(2)[0]
    assert qcv([picture, picture], picture) == 0
    assert qcv([picture, picture], 0.5 * picture) == 0


def test_equal_pictures_share_the_information_of_all_windows_that_are_not_flat() -> None:
    picture = np.random.default_rng(3).permutation(17 * 19).reshape(17, 19).astype(float)
    for metric in FMI:
        assert metric([picture, picture], picture, data_range=400) == pytest.approx(1, abs=1e-9)
    half = picture.copy()
    half[:, :11] = 5  # the windows of columns 0 to 8 of 17 are flat
    assert fmi_pixel([half, half], half, data_range=400) == pytest.approx(8 / 17, abs=1e-9)


def test_nothing_is_shared_with_a_flat_picture() -> None:
    a, b, _ = _scene(4)
    for metric in FMI:
        assert metric([a, b], np.full(a.shape, 40.0)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("metric", PAIRS, ids=_by_name)
def test_these_metrics_take_two_sources(metric: Metric) -> None:
    a, b, fused = _scene(5)
    with pytest.raises(ImageValueError, match="at least 2 sources, got 1"):
        metric([a], fused)
    with pytest.raises(ImageValueError, match="at most 2 sources, got 3"):
        metric([a, b, a], fused)


@pytest.mark.parametrize("metric", FMI, ids=_by_name)
def test_fmi_is_the_mean_over_any_number_of_sources(metric: Metric) -> None:
    a, b, fused = _scene(6)
    single = [metric([source], fused) for source in (a, b, a)]
    assert metric([a, b, a], fused) == pytest.approx(np.mean(single), rel=1e-9)
    with pytest.raises(ImageValueError, match="at least 1 sources, got 0"):
        metric([], fused)


@each_metric
def test_pictures_smaller_than_a_window_are_refused(metric: Metric) -> None:
    side = SIDES.get(metric, 8)
    a, b, fused = (picture[:side, : side + 1] for picture in _scene(7))
    assert np.isfinite(metric([a, b], fused))
    if side > 1:
        with pytest.raises(ImageSizeError, match=f"{side}x{side}"):
            metric([a[1:], b[1:]], fused[1:])


@each_metric
def test_the_range_must_be_positive(metric: Metric) -> None:
    a, b, fused = _scene(8)
    with pytest.raises(ImageValueError, match="positive data_range, got 0"):
        metric([a, b], fused, data_range=0)
