"""Pictures to float32 and back."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.imaging import (
    from_float,
    require_minimum_size,
    require_same_size,
    to_float,
    widest_dtype,
)

DTYPES = [np.uint8, np.uint16, np.float32]


@st.composite
def pictures(draw: st.DrawFn) -> NDArray[Any]:
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    height, width = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    shape = draw(st.sampled_from([(height, width), (height, width, 3)]))
    elements = st.floats(0, 1, width=32) if dtype.kind == "f" else None
    return draw(numpy_strategies.arrays(dtype, shape, elements=elements))


@given(pictures())
def test_every_picture_comes_back_unchanged(picture: NDArray[Any]) -> None:
    values = to_float(picture, name="a")
    assert values.dtype == np.float32
    assert values.min() >= 0.0
    assert values.max() <= 1.0
    back = from_float(values, picture.dtype)
    assert back.dtype == picture.dtype
    np.testing.assert_array_equal(back, picture)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_integer_value_comes_back_unchanged(dtype: type) -> None:
    picture: NDArray[Any] = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 256)
    np.testing.assert_array_equal(from_float(to_float(picture, name="a"), picture.dtype), picture)


def test_a_picture_in_foreign_byte_order_is_read_by_value() -> None:
    picture = np.array([[0, 1, 65535]], dtype=">u2")
    np.testing.assert_allclose(to_float(picture, name="a"), [[0, 1 / 65535, 1]])
    assert widest_dtype(picture) == np.dtype(np.uint16)


def test_the_callers_array_stays_untouched() -> None:
    picture = np.full((5, 5), 0.5, dtype=np.float32)
    to_float(picture, name="a")[...] = 0
    values = np.full((5, 5), 0.25, dtype=np.float32)
    from_float(values, np.dtype(np.uint8))
    assert (picture == 0.5).all()
    assert (values == 0.25).all()


def test_values_are_rounded_and_clipped_without_wrapping_around() -> None:
    values = np.array([[-0.5, -1e-3, 0.4 / 255, 0.6 / 255, 254.6 / 255, 1.001, 7.0]], np.float32)
    assert from_float(values, np.dtype(np.uint8)).tolist() == [[0, 0, 0, 1, 255, 255, 255]]
    assert from_float(values, np.dtype(np.uint16))[0, -2:].tolist() == [65535, 65535]
    assert from_float(values, np.dtype(np.float32))[0, [0, -1]].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("first", "second", "wider"),
    [
        (np.uint8, np.uint8, np.uint8),
        (np.uint8, np.uint16, np.uint16),
        (np.float32, np.uint16, np.float32),
        (np.uint8, np.float32, np.float32),
    ],
)
def test_the_wider_dtype_wins(first: type, second: type, wider: type) -> None:
    assert widest_dtype(np.zeros((5, 5), first), np.zeros((5, 5), second)) == np.dtype(wider)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((5, 5)), "photo: expected uint8, uint16 or float32, got float64; scale it to"),
        (np.zeros((5, 5), np.int64), "got int64; convert it to uint8 or uint16"),
        (np.zeros((5, 5), bool), "got bool; convert it with .astype(numpy.uint8) * 255"),
        (np.zeros((5, 5), complex), "got complex128; convert it to one of these"),
        ([[0, 1]], "photo: expected a NumPy array, got list; convert it with numpy.asarray"),
        (np.zeros(5, np.uint8), "expected the shape (H, W) or (H, W, 3), got (5,); pass one"),
        (np.zeros((5, 5, 1), np.uint8), "got (5, 5, 1); drop the last axis"),
        (np.zeros((5, 5, 4), np.uint8), "got (5, 5, 4); take the alpha channel off"),
        (np.zeros((3, 5, 5), np.uint8), "got (3, 5, 5); put the channels last"),
        (np.zeros((2, 5, 5, 3), np.uint8), "got (2, 5, 5, 3); pass one grey or RGB picture"),
        (np.array([[np.nan, 0, np.inf]], np.float32), "got 2 that are NaN or infinite; replace"),
        (np.array([[0, 255]], np.float32), "float32 values in [0, 1], got 0 to 255; scale or"),
        (np.array([[-0.1, 1]], np.float32), "float32 values in [0, 1], got -0.1 to 1; scale or"),
    ],
)
def test_what_is_no_picture_is_refused_with_advice(picture: Any, message: str) -> None:
    with pytest.raises(ImageValueError, match=re.escape(message)):
        to_float(picture, name="photo")


def test_different_sizes_are_refused_with_both_sizes() -> None:
    require_same_size((4, 6), (4, 6, 3), names=("a", "b"))
    with pytest.raises(ImageSizeError, match=re.escape("6 x 4 (a) and 7 x 4 (b); crop or resize")):
        require_same_size((4, 6), (4, 7, 3), names=("a", "b"))


def test_too_small_pictures_are_refused() -> None:
    require_minimum_size((5, 6), minimum=5, name="a")
    with pytest.raises(ImageSizeError, match="a: expected at least 5 x 5 pixels, got 6 x 4; take"):
        require_minimum_size((4, 6), minimum=5, name="a")


def test_sizes_of_a_satellites_bands_lead_to_pansharpening() -> None:
    for first, second in (((400, 600), (100, 150, 3)), ((101, 151), (402, 603))):
        with pytest.raises(ImageSizeError, match="are for gifnet pansharpen"):
            require_same_size(first, second, names=("a", "b"))
    for first, second in (((400, 600), (400, 601)), ((400, 600), (100, 600)), ((9, 9), (0, 9))):
        with pytest.raises(ImageSizeError, match=r"the same field of view$"):
            require_same_size(first, second, names=("a", "b"))
