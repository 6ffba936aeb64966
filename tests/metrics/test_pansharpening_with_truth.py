"""SAM, ERGAS, SCC and Q2n against torchmetrics, plain loops and known answers."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import convolve2d

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.metrics.ergas import ergas
from gifnet.metrics.q2n import product_signs, q2n
from gifnet.metrics.sam import sam
from gifnet.metrics.scc import scc

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of torchmetrics' own dependencies
    from torchmetrics.functional.image import (
        error_relative_global_dimensionless_synthesis,
        spectral_angle_mapper,
    )

ALL: list[Callable[..., float]] = [sam, ergas, scc, q2n]
PERFECT = {sam: 0.0, ergas: 0.0, scc: 1.0, q2n: 1.0}


def _scene(height: int, width: int, bands: int, seed: int = 0) -> np.ndarray:
    """Correlated bands with structure of several sizes, 0 to 255."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    shared = np.sin(rows / 5) + np.cos(columns / 7) + generator.normal(0, 0.4, (height, width))
    own = generator.normal(0, 0.3, (height, width, bands))
    gains = np.linspace(14, 34, bands)
    return np.asarray(np.clip(110 + gains * (shared[:, :, None] + own), 0, 255))


def _degraded(truth: np.ndarray, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 9, truth.shape)
    return np.asarray(np.clip(0.93 * truth + 6 + noise, 0, 255))


def _batch(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


def test_sam_is_that_of_torchmetrics_in_degrees() -> None:
    truth = _scene(41, 37, 5)
    fused = _degraded(truth)
    radians = spectral_angle_mapper(_batch(fused), _batch(truth)).item()
    assert sam([truth], fused) == pytest.approx(np.degrees(radians), rel=1e-9)


@pytest.mark.parametrize("ratio", [2, 4, 5.5])
def test_ergas_is_that_of_torchmetrics(ratio: float) -> None:
    truth = _scene(33, 29, 4)
    fused = _degraded(truth)
    expected = error_relative_global_dimensionless_synthesis(
        _batch(fused), _batch(truth), ratio=ratio
    ).item()
    assert ergas([truth], fused, ratio=ratio) == pytest.approx(expected, rel=1e-9)


def test_scc_is_the_correlation_of_scipys_laplacian() -> None:
    truth = _scene(26, 31, 3)
    fused = _degraded(truth)
    kernel = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    expected = [
        np.corrcoef(
            convolve2d(truth[:, :, band], kernel, mode="valid").ravel(),
            convolve2d(fused[:, :, band], kernel, mode="valid").ravel(),
        )[0, 1]
        for band in range(3)
    ]
    assert scc([truth], fused) == pytest.approx(np.mean(expected), rel=1e-9)


def _product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cayley-Dickson product along the last axis, by its definition."""
    size = x.shape[-1]
    if size == 1:
        return np.asarray(x * y)
    half = size // 2
    a, b, c, d = x[..., :half], x[..., half:], y[..., :half], y[..., half:]
    return np.concatenate(
        [
            _product(a, c) - _product(_conjugate(d), b),
            _product(d, a) + _product(b, _conjugate(c)),
        ],
        axis=-1,
    )


def _conjugate(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[..., :1], -x[..., 1:]], axis=-1)


def _plain_q2n(truth: np.ndarray, fused: np.ndarray, normalised: bool) -> float:
    """Block by block, number by number; sides are multiples of 32."""
    bands = truth.shape[2]
    size = 1 << (bands - 1).bit_length()
    values = []
    for row in range(0, truth.shape[0], 32):
        for column in range(0, truth.shape[1], 32):
            z = truth[row : row + 32, column : column + 32].reshape(-1, bands)
            w = fused[row : row + 32, column : column + 32].reshape(-1, bands)
            if normalised:
                mean, deviation = z.mean(0), z.std(0)
                z, w = (z - mean) / deviation + 1, (w - mean) / deviation + 1
            z, w = (np.pad(x, ((0, 0), (0, size - bands))) for x in (z, w))
            mean_z, mean_w = z.mean(0), w.mean(0)
            products = _product(z, _conjugate(w)).mean(0) - _product(mean_z, _conjugate(mean_w))
            power_z = (z**2).sum(1).mean() - (mean_z**2).sum()
            power_w = (w**2).sum(1).mean() - (mean_w**2).sum()
            length_z, length_w = np.linalg.norm(mean_z), np.linalg.norm(mean_w)
            values.append(
                2
                * np.linalg.norm(products)
                / (power_z + power_w)
                * (2 * length_z * length_w / (length_z**2 + length_w**2))
            )
    return float(np.mean(values))


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 8, 11])
@pytest.mark.parametrize("normalised", [True, False])
def test_q2n_is_that_of_plain_loops(bands: int, normalised: bool) -> None:
    truth = _scene(64, 96, bands)
    fused = _degraded(truth)
    # the loops subtract large numbers, which costs digits
    expected = pytest.approx(_plain_q2n(truth, fused, normalised), rel=1e-9)
    assert q2n([truth], fused, normalised=normalised) == expected


def test_the_units_multiply_as_quaternions_do() -> None:
    signs = product_signs(4)
    real, i, j, k = range(4)
    assert [signs[i, j], signs[j, k], signs[k, i]] == [1, 1, 1]
    assert [signs[j, i], signs[k, j], signs[i, k]] == [-1, -1, -1]
    assert [signs[i, i], signs[j, j], signs[k, k], signs[real, real]] == [-1, -1, -1, 1]


def test_of_one_band_q2n_is_the_index_of_wang_and_bovik() -> None:
    truth = _scene(32, 32, 1)
    fused = _degraded(truth)
    x, y = truth.ravel(), fused.ravel()
    cross, mean_x, mean_y = np.cov(x, y, bias=True)[0, 1], x.mean(), y.mean()
    expected = 4 * cross * mean_x * mean_y / ((x.var() + y.var()) * (mean_x**2 + mean_y**2))
    assert q2n([truth], fused, normalised=False) == pytest.approx(expected, rel=1e-9)


def test_q2n_counts_every_pixel_of_sizes_that_are_no_multiple_of_the_block() -> None:
    truth = _scene(45, 70, 4)
    fused = truth.copy()
    fused[44, 69] = 255 - truth[44, 69]
    assert q2n([truth], fused) < 1 - 1e-4


def test_a_right_angle_and_a_known_error() -> None:
    truth, fused = np.zeros((5, 6, 2)), np.zeros((5, 6, 2))
    truth[:, :, 0], fused[:, :, 1] = 3, 8
    assert sam([truth], fused) == pytest.approx(90)
    flat = np.full((5, 6, 3), 50.0)
    # an error of 10 % in every band, at a quarter of the resolution
    assert ergas([flat], flat * 1.1) == pytest.approx(100 / 4 * 0.1)


def test_spectra_of_zero_follow_the_stated_rule() -> None:
    truth = _scene(8, 8, 3)
    truth[:4] = 0
    fused = truth.copy()
    fused[:2] = 7
    assert sam([truth], fused) == 0, "pixels without a true spectrum do not count"
    fused[4] = 0
    assert sam([truth], fused) == pytest.approx(90 / 4), "a lost spectrum is a right angle"
    with pytest.raises(ImageValueError, match="a truth with a spectrum"):
        sam([truth * 0], fused)


def test_small_angles_are_accurate() -> None:
    truth = np.ones((4, 4, 2))
    fused = truth + np.array([0, 2e-9])
    assert sam([truth], fused) == pytest.approx(np.degrees(1e-9), rel=1e-6)


def test_flat_bands_follow_the_stated_rules() -> None:
    flat, textured = np.full((40, 40, 4), 0.1), _scene(40, 40, 4)
    assert scc([flat], flat * 3) == 1
    assert scc([flat], textured) == 0
    assert scc([textured], flat) == 0
    assert q2n([flat], flat) == 1
    assert q2n([flat * 0], flat * 0, normalised=False) == 1
    # only the mean is left to compare: 2 * 2 / (1 + 4)
    assert q2n([flat], 2 * flat, normalised=False) == pytest.approx(0.8)
    assert q2n([textured], flat) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("metric", ALL)
def test_the_truth_itself_is_perfect_and_noise_is_worse(metric: Callable[..., float]) -> None:
    truth = _scene(50, 43, 4)
    perfect = PERFECT[metric]
    assert metric([truth], truth) == pytest.approx(perfect, abs=1e-12)
    slight, strong = (truth + s * (_degraded(truth) - truth) for s in (0.2, 1))
    distances = [abs(metric([truth], fused) - perfect) for fused in (truth, slight, strong)]
    assert distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("metric", ALL)
def test_range_flips_and_dtype_do_not_matter(metric: Callable[..., float]) -> None:
    # one block in each direction, so that flipping moves no block
    truth = _scene(31, 32, 3).round()
    fused = _degraded(truth).round()
    value = metric([truth], fused)
    unit = metric([truth / 255], fused / 255, data_range=1)
    stored = metric([truth.astype(np.uint8)], fused.astype(np.uint8))
    assert unit == pytest.approx(value, rel=1e-9)
    assert stored == pytest.approx(value, rel=1e-12)
    assert metric([truth[::-1]], fused[::-1]) == pytest.approx(value, rel=1e-9)
    turned = metric([truth.swapaxes(0, 1)], fused.swapaxes(0, 1))
    assert turned == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("metric", ALL)
def test_bad_pictures_are_named(metric: Callable[..., float]) -> None:
    truth = _scene(9, 9, 3)
    with pytest.raises(ImageSizeError, match="one size"):
        metric([truth], truth[:8])
    with pytest.raises(ImageValueError, match=r"pictures \(H, W, C\), got shape \(9, 9\)"):
        metric([truth[:, :, 0]], truth[:, :, 0])
    with pytest.raises(ImageValueError, match="at most 1 sources, got 2"):
        metric([truth, truth], truth)
    with pytest.raises(ImageValueError, match="NaN"):
        metric([truth], truth * np.nan)
    with pytest.raises(ImageValueError, match="positive data_range"):
        metric([truth], truth, data_range=0)


def test_what_a_metric_cannot_measure_is_said() -> None:
    truth = _scene(9, 9, 3)
    with pytest.raises(ImageValueError, match="at least 2 bands, got 1"):
        sam([truth[:, :, :1]], truth[:, :, :1])
    with pytest.raises(ImageSizeError, match="3x3"):
        scc([truth[:2]], truth[:2])
    with pytest.raises(ImageValueError, match="positive ratio"):
        ergas([truth], truth, ratio=0)
    truth[:, :, 1] = 0
    with pytest.raises(ImageValueError, match="got 0 in band 2 of 3"):
        ergas([truth], truth)


PICTURES = arrays(
    np.float32, (2, 7, 5, 3), elements=st.floats(0, 255, width=32, allow_subnormal=False)
)


@settings(max_examples=60, deadline=None)
@given(pictures=PICTURES)
def test_values_stay_in_their_range_whatever_the_pictures(pictures: np.ndarray) -> None:
    truth, fused = pictures
    if truth.any():
        assert 0 <= sam([truth], fused) <= 90 + 1e-9
    if truth.any(axis=(0, 1)).all():
        assert np.isfinite(ergas([truth], fused))
    assert -1 <= scc([truth], fused) <= 1
    assert 0 <= q2n([truth], fused) <= 1 + 1e-9
    assert 0 <= q2n([truth], fused, normalised=False) <= 1 + 1e-9
