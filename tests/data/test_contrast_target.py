"""The target of pairs without a truth: true where the sources agree, lively where they do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifnet.data.contrast_target import contrast_target

Picture = NDArray[np.float32]


def _noise(seed: int, height: int = 48, width: int = 64) -> Picture:
    return np.random.default_rng(seed).random((height, width), np.float32)


def _waves(period: float, *, along: int) -> Picture:
    """Waves from 0.3 to 0.7 along one axis."""
    position = np.indices((96, 96))[along]
    return np.asarray(0.5 + 0.2 * np.sin(2 * np.pi * position / period), np.float32)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), height=st.integers(8, 70), width=st.integers(8, 70))
def test_the_result_is_a_picture_of_the_sources_size_whatever_their_order(
    seed: int, height: int, width: int
) -> None:
    first, second = _noise(seed, height, width), _noise(seed + 1, height, width)
    result = contrast_target(first, second)
    assert result.shape == (height, width)
    assert result.dtype == np.float32
    assert 0 <= result.min() <= result.max() <= 1
    # Sums in another order: float32 rounds them differently.
    np.testing.assert_allclose(contrast_target(second, first), result, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), height=st.integers(8, 70), width=st.integers(8, 70))
def test_equal_sources_come_out_unchanged(seed: int, height: int, width: int) -> None:
    picture = _noise(seed, height, width)
    np.testing.assert_allclose(contrast_target(picture, picture), picture, atol=1e-5)


@pytest.mark.parametrize("period", [6, 24, 64])
def test_what_one_source_shows_alone_keeps_most_of_its_contrast(period: float) -> None:
    waves = _waves(period, along=0)
    result = contrast_target(waves, np.full_like(waves, 0.5))[8:-8, 8:-8]
    # The mean of the two would keep one half.
    assert 0.75 * waves.std() < result.std() < 1.05 * waves.std()


@pytest.mark.parametrize("period", [24, 64])
def test_the_result_has_the_contrast_of_the_stronger_source(period: float) -> None:
    rows, columns = _waves(period, along=0), _waves(period, along=1)
    result, mean = contrast_target(rows, columns), (rows + columns) / 2
    # Unlike waves lose the square root of 2 in their mean; half of that and more is given back.
    assert mean.std() < 0.75 * rows.std()
    assert 0.85 * rows.std() < result.std() < 1.05 * rows.std()


def test_where_details_are_opposite_one_is_chosen_and_not_their_mean() -> None:
    rows = _waves(6, along=0)
    opposite = np.asarray(0.5 - 1.4 * (rows - 0.5), np.float32)
    mean = (rows + opposite) / 2
    result = contrast_target(rows, opposite)
    assert result.std() > 1.5 * mean.std()
    assert np.corrcoef(result.ravel(), opposite.ravel())[0, 1] > 0.9


def test_the_sharp_parts_of_a_focus_pair_win() -> None:
    sharp = _noise(3)
    soft = np.full_like(sharp, 0.5)
    near, far = sharp.copy(), sharp.copy()
    near[:, 32:], far[:, :32] = soft[:, 32:], soft[:, :32]
    result = contrast_target(near, far)
    average = (near + far) / 2
    assert np.abs(result - sharp).mean() < 0.5 * np.abs(average - sharp).mean()


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_source_that_shows_nothing_takes_no_share_of_the_brightness(level: float) -> None:
    picture = np.asarray(0.25 + 0.5 * _noise(5, 96, 96), np.float32)
    result = contrast_target(picture, np.full_like(picture, level))
    # The mean of the two would be off by half of the distance, up to 0.25.
    assert abs(result.mean() - picture.mean()) < 0.02
    assert np.abs(result - picture).mean() < 0.03


def test_nothing_coarse_gets_darker_or_brighter_than_both_sources() -> None:
    halves = np.repeat(np.array([0.1, 0.9], np.float32), 48)[None].repeat(96, 0)
    texture = np.asarray(0.04 * (_noise(7, 96, 96) - 0.5), np.float32)
    dark, bright = halves * np.float32(0.5) + texture, halves * np.float32(0.5) + 0.5 + texture
    result = contrast_target(dark, bright)
    coarse = [picture[8:-8, 8:40].mean() for picture in (dark, result, bright)]
    assert coarse[0] < coarse[1] < coarse[2]
    coarse = [picture[8:-8, 56:-8].mean() for picture in (dark, result, bright)]
    assert coarse[0] < coarse[1] < coarse[2]
    assert result.min() > 0
    assert result.max() < 1
