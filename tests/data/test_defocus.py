"""What holds for every focus pair, and for the blur that makes it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifnet.data.defocus import (
    LARGEST_STRENGTH,
    LEAST_STRENGTH,
    Lens,
    _layers,
    _surface,
    blur,
    disk_kernel,
    make_focus_pair,
)
from gifnet.data.opencv import cv2

Picture = NDArray[np.float32]

# How far from its outline the blur of a region reaches: a Gaussian is cut at three deviations,
# the widest one has 1.5 times the strongest blur's; two pixels for the outline's own softness.
REACH = int(np.ceil(3 * 1.5 * LARGEST_STRENGTH)) + 2

seeds = st.integers(0, 2**32 - 1)
sides = st.integers(8, 96)


def _texture(seed: int, height: int, width: int) -> Picture:
    """Detail of several sizes, in [0, 1]."""
    generator = np.random.default_rng(seed)
    fine = generator.random((height, width), np.float32)
    coarse = cv2.resize(generator.random((4, 4), np.float32), (width, height))
    return np.asarray((fine + coarse) / 2, np.float32)


def _away_from(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of a mask that are farther than ``REACH`` from all others."""
    kernel = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    eroded = cv2.erode(mask.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(eroded > 0)


@settings(max_examples=80, deadline=None)
@given(seed=seeds, height=sides, width=sides)
def test_pairs_stay_in_range_and_keep_the_brightness(seed: int, height: int, width: int) -> None:
    sharp = _texture(seed, height, width)

    pair = make_focus_pair(np.random.default_rng(seed), sharp)

    for picture in pair:
        assert picture.shape == sharp.shape
        assert picture.dtype == np.float32
        assert picture.min() >= 0.0
        assert picture.max() <= 1.0
    for picture in (pair.near, pair.far):
        # In the smallest pictures the reflected border is a large part.
        tolerance = 0.01 if min(height, width) >= 32 else 0.05
        assert abs(float(picture.mean()) - float(sharp.mean())) < tolerance


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_each_picture_is_sharp_where_its_region_is_and_blurred_elsewhere(seed: int) -> None:
    sharp = _texture(seed, 200, 210)

    pair = make_focus_pair(np.random.default_rng(seed), sharp)

    half_a_level = 0.5 / 255 + 1e-5  # half of the pairs are rounded to 8 bits
    inside, outside = _away_from(pair.region > 1 - 1e-6), _away_from(pair.region < 1e-6)
    for mask, kept, lost in ((inside, pair.near, pair.far), (outside, pair.far, pair.near)):
        if mask.any():
            assert np.abs(kept - sharp)[mask].max() <= half_a_level
            assert np.abs(lost - sharp)[mask].mean() > 0.02


def test_the_law_above_is_put_to_the_test_by_most_seeds() -> None:
    tested, near_first = 0, 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        pair = make_focus_pair(generator, _texture(seed, 200, 210))
        tested += any(_away_from(part > 1 - 1e-6).any() for part in (pair.region, 1 - pair.region))
        near_first += pair.region.mean() > 0.5
    assert tested > 40
    assert 15 < near_first < 45


@settings(max_examples=40, deadline=None)
@given(seed=seeds, value=st.integers(0, 255), height=sides, width=sides)
def test_a_constant_picture_stays_constant(seed: int, value: int, height: int, width: int) -> None:
    constant = np.full((height, width), value / 255, np.float32)

    pair = make_focus_pair(np.random.default_rng(seed), constant)

    np.testing.assert_allclose(pair.near, constant, atol=1e-5)
    np.testing.assert_allclose(pair.far, constant, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_few_pixels_are_blurred_in_both_pictures(seed: int) -> None:
    sharp = _texture(seed, 64, 64)

    near, far, _ = make_focus_pair(np.random.default_rng(seed), sharp)

    both = np.minimum(np.abs(near - sharp), np.abs(far - sharp)).mean()
    either = np.maximum(np.abs(near - sharp), np.abs(far - sharp)).mean()
    assert either > 0.01
    assert both < 0.35 * either


def test_over_many_pairs_hardly_a_pixel_is_lost_in_both() -> None:
    shares = []
    for seed in range(200):
        sharp = _texture(seed, 64, 64)
        near, far, _ = make_focus_pair(np.random.default_rng(seed), sharp)
        lost = [np.abs(picture - sharp) > 8 / 255 for picture in (near, far)]
        shares.append(float((lost[0] & lost[1]).mean() / (lost[0] | lost[1]).mean()))
    assert np.median(shares) < 0.05
    assert np.mean(shares) < 0.15


@pytest.mark.parametrize("disk", [False, True])
def test_a_bright_object_casts_no_halo_and_hides_no_sharp_edge(disk: bool) -> None:
    region = np.zeros((81, 81), np.float32)
    region[:, 40:] = 1
    sharp = 0.2 + 0.6 * region  # the object is bright, the background dark and flat

    pair = _layers(sharp, region, Lens(behind=4.0, before=4.0, disk=disk))

    # Focus near: the background beside the object keeps its own brightness.
    assert np.abs(pair.near[:, :38] - 0.2).max() < 0.01
    # Focus far: from dark to bright without overshoot, reversal or a step left over.
    steps = np.diff(pair.far[40])
    assert pair.far.min() > 0.2 - 1e-4
    assert pair.far.max() < 0.8 + 1e-4
    assert steps.min() > -2e-3
    assert steps.max() < 0.12


def test_a_surface_is_sharp_in_at_least_one_picture_at_every_place() -> None:
    sharp = _texture(3, 60, 60)
    depth = np.tile(np.linspace(-1, 1, 60, dtype=np.float32), (60, 1))

    pair = _surface(sharp, depth, Lens(behind=3.0, before=2.0, disk=False))

    np.testing.assert_array_equal(pair.near[:, 30:], sharp[:, 30:])
    np.testing.assert_array_equal(pair.far[:, :30], sharp[:, :30])
    # Farther from the focus is blurred more.
    loss = np.abs(pair.near - sharp).mean(axis=0)
    assert loss[:10].mean() > loss[10:20].mean() > loss[20:30].mean() > 0


@pytest.mark.parametrize("radius", [0.3, 1.0, 1.6, 2.5, 6.0, 9.0])
def test_disk_kernels_sum_to_one_and_are_symmetric(radius: float) -> None:
    kernel = disk_kernel(radius)

    assert kernel.sum() == pytest.approx(1, abs=1e-6)
    assert kernel.min() >= 0
    assert kernel.shape[0] == kernel.shape[1]
    assert kernel.shape[0] % 2 == 1
    np.testing.assert_array_equal(kernel, kernel[::-1])
    np.testing.assert_array_equal(kernel, kernel.T)


@pytest.mark.parametrize("strength", [LEAST_STRENGTH, 1.0, 1.5, 2.0, 3.0, LARGEST_STRENGTH])
@pytest.mark.parametrize("disk", [False, True])
def test_the_strength_is_the_standard_deviation_of_the_spread(strength: float, disk: bool) -> None:
    point = np.zeros((81, 81), np.float32)
    point[40, 40] = 1

    spread = blur(point, strength, disk=disk).astype(np.float64)

    distance = np.arange(81) - 40
    deviation = np.sqrt((spread.sum(axis=0) * distance**2).sum())
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    # The antialiased edge widens the smallest disks, cutting narrows the Gaussians.
    assert deviation == pytest.approx(strength, rel=0.09 if disk else 0.02)


def test_the_same_generator_gives_the_same_pair() -> None:
    sharp = _texture(0, 40, 50)
    first, again, other = (make_focus_pair(np.random.default_rng(s), sharp) for s in (7, 7, 8))

    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.near, other.near)
