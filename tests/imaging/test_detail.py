"""More and less detail: monotone, at the same brightness, without halos."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from gifnet.imaging.detail import MARGIN, blur, change_detail
from gifnet.metrics import ag

FloatArray = NDArray[np.float32]
DETAILS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)


def scene(name: str) -> FloatArray:
    picture = getattr(data, name)()
    grey = picture if picture.ndim == 2 else picture[..., 1]
    return np.ascontiguousarray(grey[60:220, 80:260], dtype=np.float32) / np.float32(255)


def sharpened(picture: FloatArray) -> FloatArray:
    """More detail than the source has, as a network may give."""
    more = picture + np.float32(0.4) * (picture - blur(picture, 1.5))
    return np.clip(more, 0, 1)


def sharpness(picture: FloatArray) -> float:
    return ag([], picture, data_range=1)


@pytest.mark.parametrize("name", ["camera", "coins", "astronaut", "page", "text", "moon"])
def test_sharpness_grows_with_detail_and_brightness_stays(name: str) -> None:
    source = scene(name)
    fused = sharpened(source)
    results = [change_detail(fused, [source, blur(source, 2)], detail) for detail in DETAILS]
    values = [sharpness(result) for result in results]
    assert all(less < more for less, more in pairwise(values)), values
    for result in results:
        assert abs(float(result.mean() - fused.mean())) < 1e-3
        np.testing.assert_array_equal(result, result.clip(0, 1))
    # Not only the mean of the picture stays, but that of each neighbourhood.
    shift = max(np.abs(blur(result, 8) - blur(fused, 8)).max() for result in results)
    assert shift < 4 / 255


def test_detail_as_trained_changes_nothing() -> None:
    fused = scene("camera")
    assert change_detail(fused, [fused], 1.0) is fused


def test_faithful_takes_back_what_is_stronger_than_the_sources_and_nothing_else() -> None:
    source = scene("camera")
    same = change_detail(source, [source, source], 0.0)
    np.testing.assert_allclose(same, source, atol=1e-6)
    before = sharpness(sharpened(source)) / sharpness(source)
    after = sharpness(change_detail(sharpened(source), [source], 0.0)) / sharpness(source)
    assert before > 1.2
    # Some of what was added is no detail by this measure: the blur takes a part of it along.
    assert abs(after - 1) < 0.35 * (before - 1)


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.7), (0.0, 1.0), (0.02, 0.9), (0.45, 0.55)])
@pytest.mark.parametrize("detail", [0.0, 1.5, 2.0])
def test_a_step_overshoots_by_no_more_than_the_bound(
    low: float, high: float, detail: float
) -> None:
    step = np.full((41, 90), low, np.float32)
    step[:, 45:] = high
    result = change_detail(step, [step], detail)
    bound = 0.04 * max(detail - 1, 0) + 1e-6
    assert result.max() <= high + bound
    assert result.min() >= low - bound
    # Seven pixels from the step no halo is left that could be seen.
    assert np.abs(result - step)[:, [35, 54]].max() < 0.5 / 255


def test_a_region_with_its_margin_gives_what_the_whole_picture_gives() -> None:
    source = scene("coins")
    fused = sharpened(source)
    for detail in (0.0, 2.0):
        whole = change_detail(fused, [source], detail)
        rows = slice(70 - MARGIN, 90 + MARGIN)
        part = change_detail(fused[rows], [source[rows]], detail)
        np.testing.assert_array_equal(part[MARGIN:-MARGIN], whole[70:90])


def test_blurring_keeps_the_mean_and_what_is_flat() -> None:
    noise = np.random.default_rng(0).random((23, 31), dtype=np.float32)
    assert abs(float(blur(noise, 3).mean() - noise.mean())) < 1e-6
    np.testing.assert_allclose(blur(np.full((9, 8), 0.3, np.float32), 3), 0.3, rtol=1e-6)


def test_the_smallest_pictures_can_be_changed() -> None:
    tiny = np.random.default_rng(0).random((5, 6), dtype=np.float32)
    assert change_detail(tiny, [tiny], 2.0).shape == (5, 6)
