"""Piella's, Yang's and Chen's metrics and FMI against their definitions, written as loops.

The pictures are noise without flat areas, or say so: there the definitions need no further rule.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import pytest

from gifnet.metrics.fmi_dct import fmi_dct
from gifnet.metrics.fmi_gradient import fmi_gradient
from gifnet.metrics.fmi_pixel import fmi_pixel
from gifnet.metrics.piella_uqi import piella_uqi
from gifnet.metrics.piella_uqi_edge import piella_uqi_edge
from gifnet.metrics.piella_uqi_weighted import piella_uqi_weighted
from gifnet.metrics.qcb import qcb
from gifnet.metrics.qcv import qcv
from gifnet.metrics.qe import qe
from gifnet.metrics.qs import qs
from gifnet.metrics.qw import qw
from gifnet.metrics.qy import qy

Index = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def _scene(height: int = 16, width: int = 19) -> list[np.ndarray]:
    generator = np.random.default_rng(12)
    common = generator.uniform(0, 200, (height, width))
    # the second source disagrees with the first, and with the fused picture, on the right
    sources = [common + generator.uniform(0, 55, common.shape) for _ in range(2)]
    sources[1][:, width // 2 :] = generator.uniform(0, 255, sources[1][:, width // 2 :].shape)
    fused = 0.5 * sources[0] + 0.4 * sources[1] + generator.uniform(0, 25, common.shape)
    return [np.round(picture) for picture in (*sources, fused)]


def _gaussian(size: int) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    weights = np.exp(-(rows**2 + columns**2) / (2 * 1.5**2))
    return np.asarray(weights / weights.sum())


def _box(size: int) -> np.ndarray:
    return np.full((size, size), 1 / size**2)


def _variance(window: np.ndarray, weights: np.ndarray) -> float:
    mean = (weights * window).sum()
    return float((weights * (window - mean) ** 2).sum())


def _similarity(c1: float, c2: float) -> Index:
    def index(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
        mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
        covariance = (weights * (x - mean_x) * (y - mean_y)).sum()
        luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
        variances = _variance(x, weights) + _variance(y, weights)
        return float(luminance * (2 * covariance + c2) / (variances + c2))

    return index


SSIM, UNIVERSAL = _similarity(6.5025, 58.5225), _similarity(0, 0)


def _windows(pictures: list[np.ndarray], size: int) -> Iterator[list[np.ndarray]]:
    height, width = pictures[0].shape
    for top in range(height - size + 1):
        for left in range(width - size + 1):
            yield [picture[top : top + size, left : left + size] for picture in pictures]


def _piella(pictures: list[np.ndarray], weights: np.ndarray, index: Index) -> tuple[float, float]:
    qualities, saliencies = [], []
    for a, b, fused in _windows(pictures, len(weights)):
        of_a, of_b = _variance(a, weights), _variance(b, weights)
        share = of_a / (of_a + of_b)
        qualities.append(share * index(a, fused, weights) + (1 - share) * index(b, fused, weights))
        saliencies.append(max(of_a, of_b))
    return float(np.mean(qualities)), float(np.average(qualities, weights=saliencies))


def _edges(picture: np.ndarray, mode: Literal["constant", "edge"]) -> np.ndarray:
    padded = np.pad(picture, 1, mode=mode)
    edges = np.empty(picture.shape)
    for row, column in np.ndindex(*picture.shape):
        around = padded[row : row + 3, column : column + 3]
        down = around[2].sum() - around[0].sum()
        right = around[:, 2].sum() - around[:, 0].sum()
        edges[row, column] = np.hypot(down, right)
    return edges


def test_liu_s_variants_of_piella_s_indices_are_as_defined() -> None:
    a, b, fused = pictures = _scene()
    plain, weighted = _piella(pictures, _gaussian(11), SSIM)
    assert qs([a, b], fused) == pytest.approx(plain, rel=1e-10)
    assert qw([a, b], fused) == pytest.approx(weighted, rel=1e-10)
    edges = [_edges(picture, mode="constant") for picture in pictures]
    factor = _piella(edges, _gaussian(11), SSIM)[1]
    assert qe([a, b], fused) == pytest.approx(weighted * factor, rel=1e-10)


def test_piella_s_indices_with_the_universal_quality_index_are_as_published() -> None:
    a, b, fused = pictures = _scene()
    plain, weighted = _piella(pictures, _box(8), UNIVERSAL)
    assert piella_uqi([a, b], fused) == pytest.approx(plain, rel=1e-10)
    assert piella_uqi_weighted([a, b], fused) == pytest.approx(weighted, rel=1e-10)
    edges = [_edges(picture, mode="edge") for picture in pictures]
    factor = _piella(edges, _box(8), UNIVERSAL)[1]
    assert piella_uqi_edge([a, b], fused) == pytest.approx(weighted * factor, rel=1e-10)


def test_many_strips_give_what_one_gives() -> None:
    # 150 rows are three strips of 64 rows of windows; the loops know no strips
    a, b, fused = pictures = _scene(150, 9)
    plain, weighted = _piella(pictures, _box(8), UNIVERSAL)
    assert piella_uqi([a, b], fused) == pytest.approx(plain, rel=1e-10)
    assert piella_uqi_weighted([a, b], fused) == pytest.approx(weighted, rel=1e-10)


def test_yang_s_metric_takes_the_nearer_source_where_the_sources_disagree() -> None:
    a, b, fused = pictures = _scene()
    weights, values, agree = _gaussian(7), [], 0
    for x, y, z in _windows(pictures, 7):
        near_x, near_y = UNIVERSAL(x, z, weights), UNIVERSAL(y, z, weights)
        share = _variance(x, weights) / (_variance(x, weights) + _variance(y, weights))
        if UNIVERSAL(x, y, weights) >= 0.75:
            agree += 1
            values.append(share * near_x + (1 - share) * near_y)
        else:
            values.append(max(near_x, near_y))
    assert 0 < agree < len(values)  # both rules are tried
    assert qy([a, b], fused) == pytest.approx(np.mean(values), rel=1e-10)


def test_windows_in_which_both_sources_are_black_count_as_stated() -> None:
    a, b, fused = pictures = _scene()
    for source in (a, b):
        source[:, :12] = 0  # of 13 columns of windows of 7, the first 6 are black
    kept = [picture[:, 6:] for picture in pictures]
    assert qy([a, b], fused) == pytest.approx(qy(kept[:2], kept[2]), rel=1e-10)
    # of 9 columns of windows of 11 the first 2 are black and weigh 1/2; s is l SSIM, l = 1/2
    weights, total, weight = _gaussian(11), 0.0, 0.0
    for x, y, z in _windows(pictures, 11):
        of_x, of_y = _variance(x, weights), _variance(y, weights)
        black = not x.any() and not y.any()
        share, saliency = (0.5, 0.5) if black else (of_x / (of_x + of_y), max(of_x, of_y))
        total += saliency * share * SSIM(x, z, weights)
        total += saliency * (1 - share) * SSIM(y, z, weights)
        weight += saliency
    assert qw([a, b], fused) == pytest.approx(total / weight, rel=1e-10)


def _frequencies(shape: tuple[int, ...], viewing: float) -> np.ndarray:
    """Frequency of each element of the discrete Fourier transform, lowest in the corner."""
    height, width = shape
    radii = np.empty((height, width))
    for row, column in np.ndindex(height, width):
        down, right = min(row, height - row), min(column, width - column)
        radii[row, column] = 2 / viewing * np.hypot(down, right)
    return radii


def _perceived(picture: np.ndarray, sensitivity: np.ndarray) -> np.ndarray:
    return np.asarray(np.fft.ifft2(np.fft.fft2(picture) * sensitivity).real)


def _stretched(picture: np.ndarray) -> np.ndarray:
    low, high = picture.min(), picture.max()
    return np.asarray(np.floor((picture - low) / (high - low) * 255 + 0.5))


def _masked_contrast(picture: np.ndarray) -> np.ndarray:
    radii = _frequencies(picture.shape, viewing=30)
    sensitivity = np.exp(-((radii / 15.387) ** 2)) - 0.7622 * np.exp(-((radii / 1.3456) ** 2))
    padded = np.pad(_perceived(_stretched(picture), sensitivity), 15)
    rows, columns = np.mgrid[-15:16, -15:16]
    blurs = []
    for sigma in (2, 4):
        weights = np.exp(-(rows**2 + columns**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (31, 31))
        blurs.append(np.einsum("ijkl,kl->ij", windows, weights))
    contrast = np.abs(blurs[0] / blurs[1] - 1)
    return np.asarray(contrast**3 / (contrast**2 + 0.0001))


def test_chen_and_blum_s_metric_is_as_defined() -> None:
    a, b, fused = _scene()
    of_a, of_b, of_f = (_masked_contrast(picture) for picture in (a, b, fused))
    share = of_a**2 / (of_a**2 + of_b**2)
    towards_a = np.minimum(of_a / of_f, of_f / of_a)
    towards_b = np.minimum(of_b / of_f, of_f / of_b)
    expected = (share * towards_a + (1 - share) * towards_b).mean()
    assert qcb([a, b], fused) == pytest.approx(expected, rel=1e-9)


def test_chen_and_varshney_s_metric_is_as_defined() -> None:
    a, b, fused = (_stretched(picture) for picture in _scene(37, 40))
    radii = 0.144 * _frequencies((37, 40), viewing=8)
    sensitivity = 2.6 * (0.0192 + radii) * np.exp(-(radii**1.1))
    weighted, weight = 0.0, 0.0
    for source in (a, b):
        errors = _perceived(source - fused, sensitivity) ** 2
        padded = np.pad(source, 1)
        for top in range(0, 37, 16):
            for left in range(0, 40, 16):
                saliency = 0.0
                for row in range(top, min(top + 16, 37)):
                    for column in range(left, min(left + 16, 40)):
                        around = padded[row : row + 3, column : column + 3]
                        down = (around[2] - around[0]) @ (1, 2, 1)
                        right = (1, 2, 1) @ (around[:, 2] - around[:, 0])
                        saliency += float(np.hypot(down, right)) ** 5
                weighted += saliency * errors[top : top + 16, left : left + 16].sum() / 256
                weight += saliency
    assert qcv([a, b], fused) == pytest.approx(weighted / weight, rel=1e-9)


def _entropy(shares: np.ndarray) -> float:
    sizes = np.abs(shares[np.abs(shares) > 1e-14])
    return -float((np.sign(shares[np.abs(shares) > 1e-14]) * sizes * np.log2(sizes)).sum())


def _shared_information(a: np.ndarray, b: np.ndarray) -> float:
    """Of two windows (3, 3), by their cumulated distributions and Hoeffding's covariance."""
    distributions = []
    for window in (a, b):
        values = window.T.ravel() - window.min()
        if values.max() < 1e-9:
            return 0.0
        distributions.append(values / values.sum())
    p, q = distributions
    entropies = _entropy(p) + _entropy(q)
    if entropies == 0:
        return 0.0
    correlation = np.corrcoef(p, q)[0, 1]
    places = np.arange(1, 10)
    spread_p, spread_q = (np.sqrt((s @ places**2) - (s @ places) ** 2) for s in (p, q))
    independent, extreme = np.zeros((10, 10)), np.zeros((10, 10))
    for i in range(1, 10):
        for j in range(1, 10):
            up_to_i, up_to_j = p[:i].sum(), q[:j].sum()
            independent[i, j] = up_to_i * up_to_j
            extreme[i, j] = (
                min(up_to_i, up_to_j) if correlation >= 0 else max(0, up_to_i + up_to_j - 1)
            )
    bound = (extreme - independent).sum() / (spread_p * spread_q)
    towards = correlation / bound
    cumulated = towards * extreme + (1 - towards) * independent
    joint = np.diff(np.diff(cumulated, axis=0), axis=1)
    return 2 * (entropies - _entropy(joint)) / entropies


def _naive_fmi(features: list[np.ndarray]) -> float:
    values = [
        (_shared_information(a, fused) + _shared_information(b, fused)) / 2
        for a, b, fused in _windows(features, 3)
    ]
    return float(np.mean(values))


def test_fmi_of_the_pixels_is_as_defined_in_flat_areas_too() -> None:
    a, b, fused = pictures = _scene()
    for picture, level in zip(pictures, (0, 255, 60), strict=True):
        picture[:6, :6] = level
    a[:, 15:] = 31
    assert fmi_pixel([a, b], fused) == pytest.approx(_naive_fmi(pictures), rel=1e-9)


def test_fmi_of_the_gradient_is_as_defined() -> None:
    a, b, fused = pictures = _scene()
    features = [np.hypot(*np.gradient(picture)) for picture in pictures]
    assert fmi_gradient([a, b], fused) == pytest.approx(_naive_fmi(features), rel=1e-9)


def test_fmi_of_the_cosine_transform_is_as_defined() -> None:
    a, b, fused = pictures = _scene()
    features = []
    for picture in pictures:
        left, right = (_cosines(side) for side in picture.shape)
        features.append(left @ picture @ right.T)
    assert fmi_dct([a, b], fused) == pytest.approx(_naive_fmi(features), rel=1e-9)


def _cosines(side: int) -> np.ndarray:
    """The orthonormal cosine transform (side, side), one wave a row."""
    waves, places = np.mgrid[:side, :side]
    matrix = np.cos(np.pi * waves * (2 * places + 1) / (2 * side)) * np.sqrt(2 / side)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix)


def test_fmi_of_pictures_of_many_strips_is_the_same_as_of_their_windows() -> None:
    a, b, fused = pictures = _scene(
        20, 70
    )  # strips of 16 and 2 rows of windows, the first in two chunks
    assert fmi_pixel([a, b], fused) == pytest.approx(_naive_fmi(pictures), rel=1e-9)


def test_two_single_bright_pixels_share_nothing_that_can_be_measured() -> None:
    a, fused = np.zeros((3, 3)), np.zeros((3, 3))
    a[0, 0], fused[2, 1] = 200, 100
    assert fmi_pixel([a], fused) == 0
    assert fmi_pixel([a], a) == 0


def test_areas_without_any_light_agree_in_chen_and_blum_s_metric() -> None:
    a, b, fused = pictures = _scene(20, 600)
    for picture in pictures:
        picture[:, 30:] = 0
    # Light reaches less than 100 of the 570 black columns (on either side, the filters being
    # periodic); beyond, rounding errors would agree in less than half of the pixels.
    assert qcb([a, b], fused) > 400 / 600
