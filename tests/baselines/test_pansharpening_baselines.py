"""Brovey and Gram-Schmidt: known answers, against the truth, awkward sizes, bad arguments."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from gifnet.baselines import PANSHARPENING_BASELINES, Baseline
from gifnet.errors import ImageSizeError, ImageValueError, MissingDependencyError

PICTURES = Path(__file__).resolve().parents[2] / "examples" / "pictures"
ALL = pytest.mark.parametrize(
    "baseline", PANSHARPENING_BASELINES.values(), ids=list(PANSHARPENING_BASELINES)
)


def _psnr(truth: np.ndarray, picture: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((truth - picture) ** 2)))


@pytest.fixture(scope="module")
def case() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Multispectral at a quarter of the resolution, panchromatic, and the truth."""
    with Image.open(PICTURES / "coffee-sharp.jpg") as picture:
        truth = np.asarray(picture.convert("RGB"), np.float32) / np.float32(255)
    height, width, bands = truth.shape
    low = truth.reshape(height // 4, 4, width // 4, 4, bands).mean(axis=(1, 3))
    return low, truth @ np.array([0.3, 0.5, 0.2], np.float32), truth


@ALL
def test_the_result_is_nearer_to_the_truth_than_the_enlarged_bands(
    baseline: Baseline, case: tuple[np.ndarray, ...]
) -> None:
    low, pan, truth = case
    enlarged = low.repeat(4, axis=0).repeat(4, axis=1)
    assert _psnr(truth, baseline.function(low, pan)) > _psnr(truth, enlarged) + 3


@ALL
def test_gain_and_offset_of_the_panchromatic_picture_do_not_matter(
    baseline: Baseline, case: tuple[np.ndarray, ...]
) -> None:
    low, pan, _ = case
    changed = baseline.function(low, 0.4 * pan + 0.1)
    # both pictures are float32
    np.testing.assert_allclose(changed, baseline.function(low, pan), atol=2e-6)


@ALL
def test_at_one_scale_a_grey_picture_comes_back(baseline: Baseline) -> None:
    pan = np.random.default_rng(0).random((11, 8), np.float32)
    low = np.dstack([pan] * 3)
    np.testing.assert_allclose(baseline.function(low, pan), low, atol=1e-6)


@ALL
def test_a_flat_panchromatic_picture_changes_nothing(
    baseline: Baseline, case: tuple[np.ndarray, ...]
) -> None:
    low = case[0][:9, :7]
    fused = baseline.function(low, np.full((9, 7), 0.3, np.float32))
    np.testing.assert_allclose(fused, low, atol=1e-6)


def test_brovey_keeps_the_ratio_of_the_bands() -> None:
    low = np.full((3, 3, 3), [0.1, 0.2, 0.3], np.float32)
    low *= np.linspace(0.5, 1, 3, dtype=np.float32)[:, None, None]
    pan = np.random.default_rng(0).random((6, 6), np.float32) * np.float32(0.1)
    fused = PANSHARPENING_BASELINES["brovey"].function(low, pan)
    np.testing.assert_allclose(fused[:, :, 2], 3 * fused[:, :, 0], atol=1e-6)


def test_brovey_gives_black_pixels_the_panchromatic_value() -> None:
    low = np.zeros((6, 6, 2), np.float32)
    low[3:] = [0.2, 0.6]
    pan = np.where(np.arange(36).reshape(6, 6) < 18, 0.1, 0.5).astype(np.float32)
    pan[0, 0] = 0.3
    fused = PANSHARPENING_BASELINES["brovey"].function(low, pan)
    assert fused[0, 0, 0] == fused[0, 0, 1] > 0


def test_gram_schmidt_adds_the_difference_with_the_gain_of_each_band() -> None:
    generator = np.random.default_rng(3)
    low = (0.4 + 0.1 * generator.random((12, 9, 3))).astype(np.float32)
    pan = (0.5 + 0.05 * generator.random((12, 9))).astype(np.float32)
    simulated = low.astype(np.float64).mean(axis=2)
    matched = (pan - pan.mean()) / pan.std() * simulated.std() + simulated.mean()
    fused = PANSHARPENING_BASELINES["gram_schmidt"].function(low, pan)
    for band in range(3):
        cross = np.cov(low[:, :, band].ravel(), simulated.ravel(), bias=True)[0, 1]
        expected = low[:, :, band] + cross / simulated.var() * (matched - simulated)
        np.testing.assert_allclose(fused[:, :, band], expected, atol=1e-6)


@ALL
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_pictures_give_a_picture_in_range(baseline: Baseline, data: st.DataObject) -> None:
    height, width, bands = (data.draw(st.integers(2, 4)) for _ in range(3))
    ratio = data.draw(st.integers(3, 4))
    values = st.floats(0, 1, width=32, allow_subnormal=False)
    low = data.draw(arrays(np.float32, (height, width, bands), elements=values))
    pan = data.draw(arrays(np.float32, (ratio * height, ratio * width), elements=values))
    fused = baseline.function(low, pan)
    assert fused.shape == (*pan.shape, bands)
    assert fused.dtype == np.float32
    assert 0 <= fused.min() <= fused.max() <= 1


@ALL
def test_bad_sources_are_named(baseline: Baseline) -> None:
    low, pan = np.zeros((4, 5, 3), np.float32), np.zeros((8, 10), np.float32)
    with pytest.raises(ImageSizeError, match=r"whole multiple.*got \(8, 9\) and \(4, 5\)"):
        baseline.function(low, pan[:, 1:])
    with pytest.raises(ImageSizeError, match="5x5"):
        baseline.function(low[:2], pan[:4])
    with pytest.raises(ImageValueError, match=r"\(h, w, C\)"):
        baseline.function(low[:, :, 0], pan)
    with pytest.raises(ImageValueError, match=r"\(H, W\)"):
        baseline.function(low, low)
    with pytest.raises(ImageValueError, match="from 0 to 1"):
        baseline.function(low, pan + 255)
    with pytest.raises(ImageValueError, match="floating point"):
        baseline.function(low.astype(np.uint8), pan)


def test_a_missing_opencv_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    low, pan = np.zeros((4, 5, 3), np.float32), np.zeros((8, 10), np.float32)
    for name, baseline in PANSHARPENING_BASELINES.items():
        assert baseline.function.__name__ == name
        with pytest.raises(MissingDependencyError, match=rf"'{name}' .*gifnet\[eval\]"):
            baseline.function(low, pan)
