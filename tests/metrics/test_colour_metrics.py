"""CIEDE2000 and colourfulness, against published test data and values worked out by hand."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage import color

from gifnet.errors import ImageSizeError, ImageValueError, MissingDependencyError
from gifnet.metrics.ciede2000 import ciede2000
from gifnet.metrics.colourfulness import colourfulness

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def _plain(colour: tuple[float, ...], height: int = 3, width: int = 4) -> NDArray[np.float64]:
    return np.broadcast_to(np.array(colour, np.float64), (height, width, 3)).copy()


def _random(seed: int, height: int = 40, width: int = 7) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        # of the test data of Sharma, Wu and Dalal 2005 those that sRGB can show
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (50, 3.2592, 0.3350), 1.0000),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_differences_are_those_of_the_published_test_data(
    first: tuple[float, ...], second: tuple[float, ...], difference: float
) -> None:
    pictures = [color.lab2rgb(_plain(colour)) for colour in (first, second)]
    # four decimals are published, and the matrices to and from RGB are rounded
    value = ciede2000(pictures[:1], pictures[1], data_range=1)
    assert value == pytest.approx(difference, abs=2e-3)


def test_equal_pictures_have_no_difference() -> None:
    picture = _random(1)
    assert ciede2000([picture, picture, picture], picture) == 0


def test_black_and_white_are_a_hundred_apart() -> None:
    assert ciede2000([_plain((0, 0, 0))], _plain((255, 255, 255))) == pytest.approx(100, abs=0.01)


def test_strips_of_rows_add_up_to_the_whole_picture() -> None:
    # 75 rows are two strips and a part of one
    a, b, fused = (_random(seed, 75, 5) for seed in (2, 3, 4))
    labs = [color.rgb2lab(picture) for picture in (a, b, fused)]
    expected = np.mean([color.deltaE_ciede2000(lab, labs[2]).mean() for lab in labs[:2]])
    assert ciede2000([a, b], fused) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 999))
def test_neither_order_nor_flips_nor_the_range_change_a_difference(seed: int) -> None:
    a, b, fused = (_random(seed + step, 9, 6) for step in range(3))
    value = ciede2000([a, b], fused)
    assert ciede2000([b, a], fused) == pytest.approx(value)
    assert ciede2000([a[::-1], b[::-1]], fused[::-1]) == pytest.approx(value)
    transposed = [picture.transpose(1, 0, 2) for picture in (a, b, fused)]
    assert ciede2000(transposed[:2], transposed[2]) == pytest.approx(value)
    assert ciede2000([a / 255, b / 255], fused / 255, data_range=1) == pytest.approx(value)


def test_values_beyond_the_range_count_as_its_ends() -> None:
    over, full = _plain((280, -25, 0)), _plain(RED)
    assert ciede2000([over], full) == 0


def test_the_difference_says_that_it_needs_scikit_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(MissingDependencyError, match=r"scikit-image.*gifnet\[eval\]"):
        ciede2000([_plain(RED)], _plain(RED))


def test_grey_and_constant_pictures_have_the_colourfulness_of_their_colour() -> None:
    grey = np.repeat(_random(5)[..., :1], 3, axis=2)
    assert colourfulness([], grey) == pytest.approx(0, abs=1e-12)
    # rg = 255, yb = 127.5, no spread
    assert colourfulness([], _plain(RED)) == pytest.approx(0.3 * np.hypot(255, 127.5))


def test_the_colourfulness_of_a_chequered_picture_is_as_worked_out_by_hand() -> None:
    picture = np.array([[RED, GREEN], [BLUE, BLUE]], np.uint8)
    # rg = 255, -255, 0, 0: mean 0, variance 255^2 / 2; yb = 127.5, 127.5, -255, -255: mean -63.75,
    # deviation 191.25
    expected = np.sqrt(255**2 / 2 + 191.25**2) + 0.3 * 63.75
    assert colourfulness([], picture) == pytest.approx(expected)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 999))
def test_colourfulness_takes_the_pixels_in_any_order_and_range(seed: int) -> None:
    picture = _random(seed)
    value = colourfulness([], picture)
    assert value >= 0
    assert colourfulness([_random(0)], picture[::-1, ::-1]) == pytest.approx(value)
    assert colourfulness([], picture / 255, data_range=1) == pytest.approx(value)
    assert colourfulness([], picture // 2 + 60) == pytest.approx(value / 2, rel=0.02)


def test_bad_pictures_are_named() -> None:
    picture = _plain(RED)
    for metric in (ciede2000, colourfulness):
        with pytest.raises(ImageValueError, match=r"pictures \(H, W, 3\), got shape \(3, 4\)"):
            metric([picture[..., 0]], picture[..., 0])
        with pytest.raises(ImageValueError, match="NaN"):
            metric([picture], np.full_like(picture, np.nan))
        with pytest.raises(ImageSizeError, match="one size"):
            metric([picture], picture[1:])
        with pytest.raises(ImageValueError, match="positive data_range, got -1"):
            metric([picture], picture, data_range=-1)
    with pytest.raises(ImageValueError, match="at least 1 sources, got 0"):
        ciede2000([], picture)
