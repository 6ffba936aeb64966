"""Luma and chroma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray
from PIL import Image as PillowImage

from gifnet.imaging import (
    from_float,
    fuse_alpha,
    fuse_chroma,
    is_coloured,
    rgb_to_ycbcr,
    to_float,
    ycbcr_to_rgb,
)

FloatArray = NDArray[np.float32]
UNIT = st.floats(0, 1, width=32)
CENTRED = st.floats(-0.5, 0.5, width=32)


def arrays(channels: int, elements: st.SearchStrategy[float]) -> st.SearchStrategy[FloatArray]:
    return numpy_strategies.arrays(np.float32, (4, 3, channels), elements=elements)


def chroma_of(*rgb: int) -> FloatArray:
    return rgb_to_ycbcr(to_float(np.array([[rgb]], np.uint8), name="a"))[1]


@given(arrays(3, UNIT))
def test_rgb_comes_back_from_luma_and_chroma(rgb: FloatArray) -> None:
    luma, chroma = rgb_to_ycbcr(rgb)
    assert luma.dtype == chroma.dtype == np.float32
    assert np.abs(chroma).max() <= 0.5 + 1e-6
    # A few float32 roundings of numbers up to 1.8; a 16-bit level is 1.5e-5.
    np.testing.assert_allclose(ycbcr_to_rgb(luma, chroma), rgb, atol=2e-6)


@given(arrays(1, UNIT), arrays(2, CENTRED))
def test_luma_and_chroma_come_back_from_rgb(luma: FloatArray, chroma: FloatArray) -> None:
    back_luma, back_chroma = rgb_to_ycbcr(ycbcr_to_rgb(luma[..., 0], chroma))
    np.testing.assert_allclose(back_luma, luma[..., 0], atol=2e-6)
    np.testing.assert_allclose(back_chroma, chroma, atol=2e-6)


@given(numpy_strategies.arrays(np.uint16, (6, 5, 3)))
def test_sixteen_bit_colours_come_back_to_the_last_bit(picture: NDArray[np.uint16]) -> None:
    back = ycbcr_to_rgb(*rgb_to_ycbcr(to_float(picture, name="a")))
    np.testing.assert_array_equal(from_float(back, picture.dtype), picture)


def test_luma_and_chroma_are_those_of_jpeg() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    luma, chroma = rgb_to_ycbcr(to_float(picture, name="a"))
    # Pillow converts with tables of its own and rounds or cuts to whole levels.
    reference = np.asarray(PillowImage.fromarray(picture).convert("YCbCr"), dtype=np.float32)
    np.testing.assert_allclose(luma * 255, reference[..., 0], atol=1.01)
    np.testing.assert_allclose(chroma * 255 + 128, reference[..., 1:], atol=1.01)


@pytest.mark.parametrize(
    ("rgb", "coloured"),
    [
        ((90, 90, 90), False),
        ((90, 90, 91), False),
        ((255, 255, 254), False),
        ((128, 128, 130), False),  # Cb is one level away from neutral, not more
        ((128, 128, 131), True),
        ((131, 128, 128), True),
        ((128, 131, 128), True),
        ((0, 0, 255), True),
    ],
)
def test_more_than_one_level_of_chroma_is_colour(rgb: tuple[int, ...], coloured: bool) -> None:
    assert is_coloured(chroma_of(*rgb)) is coloured


def test_a_single_coloured_pixel_makes_a_picture_coloured() -> None:
    rgb = np.full((20, 30, 3), 0.5, np.float32)
    assert not is_coloured(rgb_to_ycbcr(rgb)[1])
    rgb[7, 9, 0] = 0.6
    assert is_coloured(rgb_to_ycbcr(rgb)[1])


def test_the_only_chroma_there_is_stays() -> None:
    chroma = chroma_of(200, 10, 90)
    assert fuse_chroma(chroma, None) is chroma
    assert fuse_chroma(None, chroma) is chroma
    assert fuse_chroma(None, None) is None


@given(arrays(2, CENTRED), arrays(2, CENTRED))
def test_chroma_is_the_mean_weighted_by_distance_from_neutral(
    first: FloatArray, second: FloatArray
) -> None:
    fused = fuse_chroma(first, second)
    assert fused is not None
    for index in np.ndindex(first.shape):
        one, other = float(first[index]), float(second[index])
        weight = abs(one) + abs(other)
        expected = (one * abs(one) + other * abs(other)) / weight if weight > 1e-30 else 0.0
        assert fused[index] == pytest.approx(expected, abs=1e-6)


@given(arrays(2, CENTRED), arrays(2, CENTRED))
def test_fused_chroma_does_not_depend_on_the_order(first: FloatArray, second: FloatArray) -> None:
    np.testing.assert_array_equal(fuse_chroma(first, second), fuse_chroma(second, first))


def test_two_neutral_sources_stay_neutral() -> None:
    neutral = np.zeros((2, 3, 2), np.float32)
    np.testing.assert_array_equal(fuse_chroma(neutral, neutral), neutral)


def test_of_two_alpha_channels_the_larger_value_counts() -> None:
    first, second = np.array([[0, 255, 9]], np.uint8), np.array([[7, 0, 8]], np.uint8)
    fused = fuse_alpha([first, second])
    assert fused is not None
    assert fused.tolist() == [[7, 255, 9]]
    assert fuse_alpha([first, None]) is first
    assert fuse_alpha([None, second]) is second
    assert fuse_alpha([None, None]) is None
    deeper = fuse_alpha([first, second.astype(np.uint16)])
    assert deeper is not None
    assert deeper.tolist() == [[7, 65535, 9 * 257]]
