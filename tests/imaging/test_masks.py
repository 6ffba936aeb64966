"""Filling pixels that are not to be seen, and bringing floats into [0, 1] and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gifnet.imaging.depth import convert_depth
from gifnet.imaging.masks import fill_from_neighbours, fill_hidden
from gifnet.imaging.value_range import find_range

RANDOM = np.random.default_rng(0)
PICTURE = RANDOM.integers(0, 256, (13, 17, 3), dtype=np.uint8)
HIDDEN = np.zeros((13, 17), np.bool_)
HIDDEN[:, 9:] = True


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_filling_keeps_what_is_seen_and_ignores_what_is_not(dtype: str) -> None:
    picture = convert_depth(PICTURE, np.dtype(dtype))
    other = picture.copy()
    other[HIDDEN] = 0
    filled = fill_from_neighbours(picture, HIDDEN)
    np.testing.assert_array_equal(filled[~HIDDEN], picture[~HIDDEN])
    np.testing.assert_array_equal(filled, fill_from_neighbours(other, HIDDEN))
    seen = picture[~HIDDEN].astype(float)
    assert filled.min() >= seen.min() - 1e-6
    assert filled.max() <= seen.max() + 1e-6


def test_filling_continues_a_flat_area_exactly() -> None:
    flat = np.full((20, 30), 77, np.uint8)
    flat[5:9, 3:20] = 0
    np.testing.assert_array_equal(fill_from_neighbours(flat, flat == 0), np.full_like(flat, 77))
    assert (fill_from_neighbours(flat, np.ones_like(flat, np.bool_)) == 0).all()


def test_hidden_pixels_take_what_the_other_shows() -> None:
    grey = RANDOM.integers(0, 65536, (13, 17), dtype=np.uint16)
    filled = fill_hidden([PICTURE, grey], [None, None], [HIDDEN, None])
    np.testing.assert_array_equal(
        filled[0][HIDDEN], np.stack([np.rint(grey[HIDDEN] / 257).astype(np.uint8)] * 3, axis=-1)
    )
    np.testing.assert_array_equal(filled[0][~HIDDEN], PICTURE[~HIDDEN])
    assert filled[1] is grey


def test_half_shown_pixels_are_mixed_by_how_much_each_shows() -> None:
    first, second = np.full((4, 5), 100, np.uint8), np.full((4, 5), 200, np.uint8)
    half = np.full((4, 5), 51, np.uint8)
    filled = fill_hidden([first, second], [half, None], [None, None])
    assert (filled[0] == 180).all()
    assert (filled[1] == 200).all()
    same = fill_hidden([first, second], [half, half], [None, None])
    assert (same[0] == 100).all()
    assert (same[1] == 200).all()


def test_where_no_picture_shows_anything_each_extends_its_own() -> None:
    first, second = np.full((6, 7), 100, np.uint8), np.full((6, 7), 200, np.uint8)
    nowhere = np.zeros((6, 7), np.bool_)
    nowhere[2:4] = True
    first[nowhere], second[nowhere] = 0, 255
    filled = fill_hidden([first, second], [None, None], [nowhere, nowhere])
    assert (filled[0] == 100).all()
    assert (filled[1] == 200).all()


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_a_range_is_undone_to_float32s_own_rounding(low: float, span: float) -> None:
    values = (low + span * RANDOM.random((5, 6))).astype(np.float32)
    value_range = find_range([values], [None])
    unit = value_range.to_unit(values)
    assert unit.min() >= 0.0
    assert unit.max() <= 1.0
    back = value_range.from_unit(unit)
    steps = np.spacing(np.abs(values).max()) + 1e-7 * (value_range.high - value_range.low)
    assert np.abs(back.astype(np.float64) - values).max() <= 2 * steps


def test_one_range_is_found_for_all_and_only_what_is_known_counts() -> None:
    first = np.array([[0.0, 3.0], [np.nan, 1.0]], np.float32)
    second = np.array([[-1.0, 0.5]], np.float32)
    found = find_range([first, second], [np.isnan(first), None])
    assert (found.low, found.high) == (-1.0, 3.0)
    assert find_range([second + 1], [None]).is_unit is False
    assert find_range([second * 0], [None]).is_unit
    assert find_range([], []).is_unit
    flat = find_range([np.full((2, 2), 300.0, np.float32)], [None])
    assert np.isfinite(flat.to_unit(np.full((2, 2), 300.0, np.float32))).all()


def test_changing_the_depth_there_and_back_changes_nothing() -> None:
    for dtype in ("uint16", "float32"):
        deeper = convert_depth(PICTURE, np.dtype(dtype))
        np.testing.assert_array_equal(convert_depth(deeper, np.dtype(np.uint8)), PICTURE)
    sixteen = RANDOM.integers(0, 65536, (9, 8), dtype=np.uint16)
    floats = convert_depth(sixteen, np.dtype(np.float32))
    np.testing.assert_array_equal(convert_depth(floats, np.dtype(np.uint16)), sixteen)


def test_floats_that_leave_the_range_are_spread_and_not_cut() -> None:
    hot = np.linspace(-3.0, 40.0, 256, dtype=np.float32).reshape(16, 16)
    np.testing.assert_array_equal(
        convert_depth(hot, np.dtype(np.uint8)).ravel(), np.arange(256, dtype=np.uint8)
    )
