"""Regions are varied, hard-edged and never nearly empty or full."""

import numpy as np
import pytest

from gifnet.data.regions import LEAST_COVERAGE, random_region, smooth_field


@pytest.mark.parametrize(("height", "width"), [(64, 64), (37, 90), (9, 8)])
def test_every_region_covers_a_fair_part_of_the_picture(height: int, width: int) -> None:
    picture = np.random.default_rng(1).random((height, width), np.float32)
    coverage = []
    for seed in range(300):
        region = random_region(np.random.default_rng(seed), height, width, picture=picture)
        assert region.shape == (height, width)
        assert region.dtype == np.float32
        assert set(np.unique(region)) == {0.0, 1.0}
        coverage.append(float(region.mean()))

    assert min(coverage) >= LEAST_COVERAGE - 1e-6
    assert max(coverage) <= 1 - LEAST_COVERAGE + 1e-6
    # Not all alike either: small, middling and large regions all occur, half of them near.
    assert np.percentile(coverage, 10) < 0.35
    assert np.percentile(coverage, 90) > 0.65
    assert 0.45 < np.mean(coverage) < 0.55


def test_a_flat_picture_gives_fair_regions_too() -> None:
    picture = np.full((48, 48), 0.2, np.float32)
    for seed in range(60):
        region = random_region(np.random.default_rng(seed), 48, 48, picture=picture)
        assert LEAST_COVERAGE <= region.mean() <= 1 - LEAST_COVERAGE


def test_the_generator_alone_decides_the_region() -> None:
    first, again, other = (random_region(np.random.default_rng(s), 40, 50) for s in (4, 4, 5))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_smooth_fields_are_standardised() -> None:
    for seed in range(20):
        field = smooth_field(np.random.default_rng(seed), 50, 70)
        assert field.shape == (50, 70)
        assert abs(field.mean()) < 1e-4
        assert abs(field.std() - 1) < 1e-3
