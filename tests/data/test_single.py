"""Pairs of one picture twice, and drawn pictures."""

import numpy as np
import pytest

from gifnet.data.single import draw_shapes, make_single_pair


def test_a_single_pair_is_one_picture_twice_sharp_compressed_or_slightly_blurred() -> None:
    sharp = np.random.default_rng(0).random((32, 48), np.float32)
    kept = blurred = in_levels = 0
    for seed in range(100):
        pair = make_single_pair(np.random.default_rng(seed), sharp)
        assert pair.near is pair.far
        assert pair.near.shape == sharp.shape
        assert pair.near.dtype == np.float32
        assert pair.near.min() >= 0
        assert pair.near.max() <= 1
        assert np.array_equal(pair.region, np.ones_like(sharp))
        kept += pair.near is sharp
        if pair.near is not sharp:
            blurred += bool(pair.near.std() < 0.9 * sharp.std())
            levels = pair.near * 255
            in_levels += bool(np.allclose(levels, np.round(levels), atol=1e-4))
    assert 5 <= kept <= 28
    assert 50 <= blurred <= 85
    # The compressed ones and half of the blurred ones.
    assert 35 <= in_levels <= 65


@pytest.mark.parametrize("side", [16, 33])
def test_drawn_pictures_are_flat_areas_within_the_range(side: int) -> None:
    levels = []
    for seed in range(60):
        picture = draw_shapes(np.random.default_rng(seed), side)
        assert picture.shape == (side, side)
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
        levels.append(len(np.unique(picture)))
    # One flat value in about a third, a few of them in others; the rest have soft edges.
    assert 10 <= sum(count == 1 for count in levels) <= 30
    assert any(1 < count <= 3 for count in levels)
    assert any(count > 3 for count in levels)


def test_black_and_white_are_drawn_more_often_than_by_chance() -> None:
    pictures = [draw_shapes(np.random.default_rng(seed), 16) for seed in range(200)]
    flat = [float(picture[0, 0]) for picture in pictures if np.ptp(picture) == 0]
    assert np.mean([value in {0.0, 1.0} for value in flat]) > 0.1


def test_the_generator_decides_everything() -> None:
    sharp = np.random.default_rng(0).random((24, 24), np.float32)
    for seed in range(5):
        first, again = (np.random.default_rng(seed) for _ in range(2))
        assert np.array_equal(draw_shapes(first, 24), draw_shapes(again, 24))
        pairs = [make_single_pair(generator, sharp) for generator in (first, again)]
        assert np.array_equal(pairs[0].near, pairs[1].near)
