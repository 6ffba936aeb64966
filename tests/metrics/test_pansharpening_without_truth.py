"""D_lambda, D_s and QNR against torchmetrics, plain loops and known answers.

The torchmetrics index has an 11x11 Gaussian window in place of blocks. With one flat window as
large as the picture it is the index of one block, which makes its D_lambda, D_s and QNR ours.
"""

import importlib
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.metrics.block_quality import band_quality, blocks_of
from gifnet.metrics.d_lambda import d_lambda
from gifnet.metrics.d_s import d_s
from gifnet.metrics.qnr import qnr

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of torchmetrics' own dependencies
    from torchmetrics.functional.image import (
        quality_with_no_reference,
        spatial_distortion_index,
        spectral_distortion_index,
        universal_image_quality_index,
    )

ALL: list[Callable[..., float]] = [d_lambda, d_s, qnr]


def _scene(height: int, width: int, bands: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    shared = np.sin(rows / 5) + np.cos(columns / 7) + generator.normal(0, 0.4, (height, width))
    own = generator.normal(0, 0.3, (height, width, bands))
    gains = np.linspace(14, 34, bands)
    return np.asarray(np.clip(110 + gains * (shared[:, :, None] + own), 0, 255))


def _decimated(picture: np.ndarray, ratio: int) -> np.ndarray:
    rows = [picture[start::ratio] for start in range(ratio)]
    picture = np.mean(rows, axis=0)
    return np.asarray(np.mean([picture[:, start::ratio] for start in range(ratio)], axis=0))


def _case(height: int, width: int, bands: int, ratio: int) -> tuple[list[np.ndarray], np.ndarray]:
    truth = _scene(height, width, bands)
    noise = np.random.default_rng(3).normal(0, 12, truth.shape)
    return [_decimated(truth, ratio), truth.mean(axis=2)], np.clip(truth + noise, 0, 255)


def _quality(x: np.ndarray, y: np.ndarray) -> float:
    """Q of Wang and Bovik as it is printed, block by block; sides are multiples of 32."""
    values = []
    for row in range(0, x.shape[0], 32):
        for column in range(0, x.shape[1], 32):
            a = x[row : row + 32, column : column + 32].ravel()
            b = y[row : row + 32, column : column + 32].ravel()
            cross, spread = np.cov(a, b)[0, 1], a.var(ddof=1) + b.var(ddof=1)
            means = a.mean() ** 2 + b.mean() ** 2
            values.append(4 * cross * a.mean() * b.mean() / (spread * means))
    return float(np.mean(values))


def test_the_three_are_those_of_plain_loops() -> None:
    [low, pan], fused = _case(128, 192, 3, 2)
    bands = range(3)
    pairs = [(a, b) for a in bands for b in bands if a != b]
    spectral = np.mean(
        [
            abs(
                _quality(fused[:, :, a], fused[:, :, b]) - _quality(low[:, :, a], low[:, :, b]),
            )
            for a, b in pairs
        ]
    )
    low_pan = _decimated(pan, 2)
    spatial = np.mean(
        [abs(_quality(fused[:, :, a], pan) - _quality(low[:, :, a], low_pan)) for a in bands]
    )
    assert d_lambda([low, pan], fused) == pytest.approx(spectral, rel=1e-9)
    assert d_s([low, pan], fused) == pytest.approx(spatial, rel=1e-9)
    assert qnr([low, pan], fused) == pytest.approx((1 - spectral) * (1 - spatial), rel=1e-9)


def test_the_three_are_those_of_torchmetrics_with_one_flat_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_block = partial(
        universal_image_quality_index, kernel_size=(31, 31), sigma=(1e6, 1e6), reduction="none"
    )

    def index(preds: torch.Tensor, target: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
        values = one_block(preds, target)
        return values if reduction == "none" else values.mean()

    for name in ("d_lambda", "d_s"):
        module = importlib.import_module(f"torchmetrics.functional.image.{name}")
        monkeypatch.setattr(module, "universal_image_quality_index", index)
    # 31x31 is one block for us; the scales are equal because the window cannot be two sizes
    [low, pan], fused = _case(31, 31, 4, 1)
    ms, pans, picture = (
        torch.from_numpy(x).permute(2, 0, 1)[None] for x in (low, np.dstack([pan] * 4), fused)
    )
    # the window weights of torchmetrics are float32
    close = partial(pytest.approx, rel=1e-4)
    spectral = spectral_distortion_index(picture, ms).item()
    spatial = spatial_distortion_index(picture, ms, pans, pans).item()
    both = quality_with_no_reference(picture, ms, pans, pans).item()
    assert spectral > 0.01
    assert spatial > 0.01
    assert d_lambda([low, pan], fused) == close(spectral)
    assert d_s([low, pan], fused) == close(spatial)
    assert qnr([low, pan], fused) == close(both)


def test_nothing_fused_is_nothing_distorted() -> None:
    scene = _scene(40, 33, 3)
    assert d_lambda([scene, scene[:, :, 0]], scene) == 0
    assert d_s([scene, scene[:, :, 0]], scene) == 0
    assert qnr([scene, scene[:, :, 0]], scene) == 1


def test_grey_results_distort_spectra_and_blurred_ones_space() -> None:
    [low, pan], _ = _case(128, 128, 4, 4)
    grey = np.dstack([pan] * 4)
    blurred = low.repeat(4, axis=0).repeat(4, axis=1)
    assert d_lambda([low, pan], grey) > d_lambda([low, pan], blurred)
    assert d_s([low, pan], blurred) > 0.1


def test_blocks_cover_every_pixel_and_end_at_the_border() -> None:
    picture = np.arange(45 * 70, dtype=np.float64).reshape(45, 70, 1)
    blocks = blocks_of(picture)
    assert blocks.shape == (2 * 3, 1, 32 * 32)
    assert set(np.unique(blocks)) == set(range(45 * 70))
    assert blocks[-1, 0, -1] == picture[-1, -1, 0]
    assert blocks_of(picture[:9, :40]).shape == (2, 1, 9 * 32)


def test_flat_bands_follow_the_stated_rules() -> None:
    flat = np.full((20, 20), 0.1)
    textured = _scene(20, 20, 1)[:, :, 0]
    quality = band_quality(np.dstack([flat, 2 * flat, textured, 0 * flat]))
    assert quality[0, 1] == pytest.approx(2 * 2 / (1 + 4)), "the means are left"
    assert quality[0, 2] == pytest.approx(0, abs=1e-12)
    assert quality[3, 3] == 1
    assert quality[0, 3] == 0
    centred = textured - textured.mean()
    assert band_quality(np.dstack([centred, centred]))[0, 1] == pytest.approx(1)


@pytest.mark.parametrize("metric", ALL)
def test_range_and_dtype_do_not_matter(metric: Callable[..., float]) -> None:
    sources, fused = _case(64, 48, 3, 4)
    sources, fused = [source.round() for source in sources], fused.round()
    value = metric(sources, fused)
    unit = metric([source / 255 for source in sources], fused / 255, data_range=1)
    stored = metric([source.astype(np.uint8) for source in sources], fused.astype(np.uint8))
    assert unit == pytest.approx(value, rel=1e-9)
    assert stored == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("metric", ALL)
def test_bad_pictures_are_named(metric: Callable[..., float]) -> None:
    [low, pan], fused = _case(32, 32, 3, 4)
    with pytest.raises(ImageValueError, match=r"two sources, the multispectral .* got 1"):
        metric([low], fused)
    with pytest.raises(ImageValueError, match=r"\(H, W, 3\), got shape \(32, 32, 2\)"):
        metric([low, pan], fused[:, :, :2])
    with pytest.raises(ImageValueError, match=r"grey pictures \(H, W\)"):
        metric([low, low], fused)
    with pytest.raises(ImageSizeError, match="as large as the panchromatic one"):
        metric([low, pan], fused[:31])
    with pytest.raises(ImageSizeError, match="same whole multiple"):
        metric([low, pan[:30]], fused[:30])
    with pytest.raises(ImageSizeError, match="same whole multiple"):
        metric([low, pan[:16]], fused[:16])
    with pytest.raises(ImageValueError, match="NaN"):
        metric([low, pan * np.nan], fused)
    with pytest.raises(ImageValueError, match="positive data_range"):
        metric([low, pan], fused, data_range=-1)


def test_one_band_has_no_spectral_distortion_to_measure() -> None:
    sources, fused = _case(32, 32, 1, 2)
    assert d_s(sources, fused) >= 0
    for metric in (d_lambda, qnr):
        with pytest.raises(ImageValueError, match="at least 2 bands, got 1"):
            metric(sources, fused)


VALUES = st.floats(-25, 280, width=32, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(
    low=arrays(np.float32, (3, 2, 2), elements=VALUES),
    pan=arrays(np.float32, (6, 4), elements=VALUES),
    fused=arrays(np.float32, (6, 4, 2), elements=VALUES),
)
def test_values_stay_in_their_range_whatever_the_pictures(
    low: np.ndarray, pan: np.ndarray, fused: np.ndarray
) -> None:
    assert 0 <= d_lambda([low, pan], fused) <= 2
    assert 0 <= d_s([low, pan], fused) <= 2
    assert np.isfinite(qnr([low, pan], fused))
