"""Stretching luma to the whole range."""

import numpy as np

from gifnet.imaging.stretch import Stretch, find_stretch

RANDOM = np.random.default_rng(0)


def test_a_picture_is_stretched_to_the_whole_range() -> None:
    luma = RANDOM.uniform(0.2, 0.6, (100, 100)).astype(np.float32)
    stretch = find_stretch([luma[:33], luma[33:]])
    stretched = stretch.luma(luma)
    assert (stretched.min(), stretched.max()) == (0, 1)
    assert abs(float(stretched.mean()) - 0.5) < 0.02


def test_a_few_outliers_do_not_decide() -> None:
    luma = RANDOM.uniform(0.2, 0.6, (100, 100)).astype(np.float32)
    expected = find_stretch([luma])
    luma[3, :5], luma[7, :5] = 1.0, 0.0
    found = find_stretch([luma])
    assert abs(found.low - expected.low) < 0.01
    assert abs(found.gain - expected.gain) < 0.05


def test_a_picture_of_the_whole_range_stays_nearly_as_it_is() -> None:
    luma = np.linspace(0, 1, 10000, dtype=np.float32).reshape(100, 100)
    np.testing.assert_allclose(find_stretch([luma]).luma(luma), luma, atol=2e-3)


def test_a_flat_picture_does_not_become_noise() -> None:
    luma = RANDOM.uniform(0.50, 0.51, (100, 100)).astype(np.float32)
    stretch = find_stretch([luma])
    assert stretch.gain == 4
    assert np.ptp(stretch.luma(luma)) < 0.05
    for value in (0.0, 1.0):
        flat = np.full((9, 9), value, np.float32)
        np.testing.assert_allclose(find_stretch([flat]).luma(flat), value, atol=0.01)


def test_grey_levels_in_between_are_kept() -> None:
    luma = RANDOM.uniform(0.2, 0.6, (50, 50)).astype(np.float32)
    assert len(np.unique(find_stretch([luma]).luma(luma))) > 2400


def test_no_stretch_is_none() -> None:
    assert Stretch().is_none
    assert not Stretch(0.1, 1.2).is_none
