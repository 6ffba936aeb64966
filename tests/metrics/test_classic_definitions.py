"""The classic metrics against plain second implementations, with loops over pixels and windows."""

import math
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.measure import shannon_entropy
from skimage.metrics import structural_similarity

from gifnet.metrics.ei import ei
from gifnet.metrics.en import en
from gifnet.metrics.mef_ssim import mef_ssim
from gifnet.metrics.mi import mi, mi_tang
from gifnet.metrics.ms_ssim import ms_ssim
from gifnet.metrics.nabf import nabf
from gifnet.metrics.qabf import qabf
from gifnet.metrics.qncie import qncie
from gifnet.metrics.scd import scd_uint8
from gifnet.metrics.sf import sf
from gifnet.metrics.ssim import ssim

Picture = NDArray[np.float64]


def _scene(seed: int, height: int = 13, width: int = 17) -> list[Picture]:
    """Two sources and a fused picture with texture, flat areas, black and white, 8-bit levels."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    a = 128 + 100 * np.sin(rows / 2) + generator.normal(0, 20, (height, width))
    b = 10 * columns + generator.normal(0, 3, (height, width))
    a[:, : width // 3] = 0
    b[: height // 4] = 255
    fused = (a + b) / 2 + generator.normal(0, 4, (height, width))
    fused[-height // 4 :] = b[-height // 4 :]
    return [np.clip(np.rint(each), 0, 255) for each in (a, b, fused)]


def _gradient(picture: Picture, pixel: tuple[int, int], border: str) -> tuple[float, float]:
    """Sobel's gradient at one pixel: downwards, to the right."""
    row, column = pixel
    padding = {"zero": "constant", "mirror": "reflect", "edge": "edge"}[border]
    window = np.pad(picture, 1, mode=padding)[row : row + 3, column : column + 3]  # type: ignore[call-overload]
    down = float(np.array([1, 2, 1]) @ (window[2] - window[0]))
    right = float(np.array([1, 2, 1]) @ (window[:, 2] - window[:, 0]))
    return down, right


def _pixels(picture: Picture) -> list[tuple[int, int]]:
    return list(product(range(picture.shape[0]), range(picture.shape[1])))


def _plain_ei(picture: Picture) -> float:
    pixels = _pixels(picture)
    return sum(math.hypot(*_gradient(picture, pixel, "edge")) for pixel in pixels) / len(pixels)


def _plain_qabf(sources: list[Picture], fused: Picture) -> float:
    def edge(picture: Picture, pixel: tuple[int, int]) -> tuple[float, float]:
        down, right = _gradient(picture, pixel, "zero")
        angle = math.pi / 2 if right == 0 else math.atan(-down / right)
        return math.sqrt(down**2 + right**2), angle

    above = below = 0.0
    for pixel in _pixels(fused):
        strength_f, angle_f = edge(fused, pixel)
        for source in sources:
            strength, angle = edge(source, pixel)
            if strength > strength_f:
                ratio = strength_f / strength
            elif strength == strength_f:
                ratio = strength_f
            else:
                ratio = strength / strength_f
            likeness = 1 - abs(angle - angle_f) / (math.pi / 2)
            quality = 0.9994 / (1 + math.exp(-15 * (ratio - 0.5)))
            quality *= 0.9879 / (1 + math.exp(-22 * (likeness - 0.8)))
            above += quality * strength
            below += strength
    return above / below


def _plain_nabf(sources: list[Picture], fused: Picture) -> float:
    def edge(picture: Picture, pixel: tuple[int, int]) -> tuple[float, float]:
        down, right = (part / 8 for part in _gradient(picture, pixel, "mirror"))
        angle = math.pi / 2 if right == 0 else math.atan(down / right)
        return math.sqrt(down**2 + right**2), angle

    above = below = 0.0
    for pixel in _pixels(fused):
        strength_f, angle_f = edge(fused, pixel)
        edges = [edge(source, pixel) for source in sources]
        artefact = all(strength_f > strength for strength, _ in edges)
        for strength, angle in edges:
            weight = strength**1.5 if strength >= 2 else 0.001
            below += weight
            if artefact:
                ratio = strength / strength_f
                likeness = abs(abs(angle - angle_f) - math.pi / 2) / (math.pi / 2)
                quality = 0.9999 / (1 + math.exp(-19 * (ratio - 0.5)))
                quality *= 0.9995 / (1 + math.exp(-22 * (likeness - 0.5)))
                above += weight * (1 - math.sqrt(quality))
    return above / below


def _gaussian_window() -> Picture:
    offsets = np.arange(11) - 5
    window = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    return np.asarray(window / window.sum())


def _plain_mef_ssim(sources: list[Picture], fused: Picture) -> float:
    """Patch by patch, with the patches as vectors."""
    window = _gaussian_window().ravel()
    height, width = fused.shape
    values = []
    for row, column in product(range(height - 10), range(width - 10)):
        patches = [each[row : row + 11, column : column + 11].ravel() for each in sources]
        deviations = [patch - patch.mean() for patch in patches]
        lengths = np.array([np.linalg.norm(each) for each in deviations])
        length_of_sum = np.linalg.norm(np.sum(deviations, axis=0))
        ratio = (length_of_sum + 2.22e-16) / (lengths.sum() + 2.22e-16)
        power = min(math.tan(math.pi / 2 * min(ratio, 1 - 2.22e-16)), 10)
        contrasts = lengths + 0.001
        weights = (contrasts / 121) ** power + 2.22e-16
        weights /= weights.sum()
        structure = sum(
            weight * deviation / contrast
            for weight, deviation, contrast in zip(weights, deviations, contrasts, strict=True)
        )
        length = np.linalg.norm(structure)
        ideal = structure / length * contrasts.max() if length > 1e-5 else 0 * structure
        actual = fused[row : row + 11, column : column + 11].ravel()
        centred = ideal - window @ ideal
        others = actual - window @ actual
        c = (0.03 * 255) ** 2
        covariance = window @ (centred * others)
        variances = window @ centred**2 + window @ others**2
        values.append((2 * covariance + c) / (variances + c))
    return float(np.mean(values))


def _plain_ms_ssim(a: Picture, b: Picture) -> float:
    window, value = _gaussian_window(), 1.0
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

    def means(picture: Picture) -> Picture:
        windows = np.lib.stride_tricks.sliding_window_view(picture, (11, 11))
        return np.asarray(np.einsum("ijkl,kl->ij", windows, window))

    for weight in (0.0448, 0.2856, 0.3001, 0.2363, 0.1333):
        mean_a, mean_b = means(a), means(b)
        variances = means(a**2) + means(b**2) - mean_a**2 - mean_b**2
        structure = (2 * (means(a * b) - mean_a * mean_b) + c2) / (variances + c2)
        luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
        last = weight == 0.1333
        value *= (structure * luminance if last else structure).mean() ** weight
        a, b = (
            np.array(
                [
                    [each[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean() for j in columns]
                    for i in range((each.shape[0] + 1) // 2)
                ]
            )
            for each, columns in ((each, range((each.shape[1] + 1) // 2)) for each in (a, b))
        )
    return float(value)


def _plain_information(a: Picture, b: Picture, *, merge: bool = False) -> float:
    """Mutual information from a 256x256 table; ``merge`` counts 254 as 255 in the table only."""
    table = np.zeros((256, 256))
    for x, y in zip(a.ravel().astype(int), b.ravel().astype(int), strict=True):
        table[(255 if merge and x == 254 else x), (255 if merge and y == 254 else y)] += 1
    joint = -sum(p * math.log2(p) for p in (table / a.size).ravel() if p > 0)
    return float(shannon_entropy(a, base=2) + shannon_entropy(b, base=2) - joint)


@pytest.mark.parametrize("seed", [1, 2])
def test_edge_metrics_agree_with_loops_over_pixels(seed: int) -> None:
    a, b, fused = _scene(seed)
    assert ei([], fused) == pytest.approx(_plain_ei(fused), rel=1e-12)
    assert qabf([a, b], fused) == pytest.approx(_plain_qabf([a, b], fused), rel=1e-12)
    assert nabf([a, b], fused) == pytest.approx(_plain_nabf([a, b], fused), rel=1e-12)
    c = _scene(seed + 9)[0]
    assert qabf([a, b, c], fused) == pytest.approx(_plain_qabf([a, b, c], fused), rel=1e-12)
    assert nabf([a, b, c], fused) == pytest.approx(_plain_nabf([a, b, c], fused), rel=1e-12)


@pytest.mark.parametrize("seed", [3, 4])
def test_mef_ssim_agrees_with_a_loop_over_patches(seed: int) -> None:
    a, b, fused = _scene(seed, 23, 27)
    # variances from squared means lose some digits against those of vectors
    assert mef_ssim([a, b], fused) == pytest.approx(_plain_mef_ssim([a, b], fused), rel=1e-8)
    c = _scene(seed + 9, 23, 27)[1]
    assert mef_ssim([a, b, c], fused) == pytest.approx(_plain_mef_ssim([a, b, c], fused), rel=1e-8)


@pytest.mark.parametrize("shape", [(176, 176), (177, 179)])
def test_ms_ssim_agrees_with_two_dimensional_windows_at_even_and_odd_sizes(
    shape: tuple[int, int],
) -> None:
    a, b, fused = _scene(5, *shape)
    expected = (_plain_ms_ssim(a, fused) + _plain_ms_ssim(b, fused)) / 2
    assert ms_ssim([a, b], fused) == pytest.approx(expected, rel=1e-10)


def test_ssim_agrees_with_scikit_image_inside_the_picture() -> None:
    a, b, fused = _scene(6, 33, 35)
    expected = [
        structural_similarity(
            each, fused, gaussian_weights=True, use_sample_covariance=False, data_range=255
        )
        for each in (a, b)
    ]
    assert ssim([a, b], fused) == pytest.approx(np.mean(expected), rel=1e-12)


def test_entropies_agree_with_scikit_image_and_a_table_of_pairs() -> None:
    a, b, fused = _scene(7)
    fused[0, :5] = [254, 255, 254, 255, 254]
    assert en([], fused) == pytest.approx(shannon_entropy(fused, base=2), rel=1e-12)
    plain = _plain_information(a, fused) + _plain_information(b, fused)
    assert mi([a, b], fused) == pytest.approx(plain, rel=1e-12)
    merged = sum(_plain_information(each, fused, merge=True) for each in (a, b))
    assert mi_tang([a, b], fused) == pytest.approx(merged, rel=1e-12)
    assert merged > plain


def test_qncie_is_the_entropy_of_the_eigenvalues() -> None:
    a, b, fused = _scene(8)
    ab, af, bf = (_plain_information(*pair) / 8 for pair in ((a, b), (a, fused), (b, fused)))
    eigenvalues = np.roots(np.poly(np.array([[1, ab, af], [ab, 1, bf], [af, bf, 1]]))).real
    expected = 1 + sum(e / 3 * math.log(e / 3, 256) for e in eigenvalues)
    assert qncie([a, b], fused) == pytest.approx(expected, rel=1e-9)


def test_saturating_differences_are_those_of_8_bit_numbers() -> None:
    a, b, fused = _scene(9)
    over_b = np.where(fused > b, fused - b, 0)
    over_a = np.where(fused > a, fused - a, 0)
    expected = (
        np.corrcoef(over_b.ravel(), a.ravel())[0, 1] + np.corrcoef(over_a.ravel(), b.ravel())[0, 1]
    )
    assert scd_uint8([a, b], fused) == pytest.approx(expected, rel=1e-12)


def test_the_spatial_frequency_is_that_of_a_loop_over_neighbours() -> None:
    fused = _scene(10)[2]
    along = [(x - y) ** 2 for row in fused for x, y in zip(row[1:], row[:-1], strict=True)]
    down = [(x - y) ** 2 for row in fused.T for x, y in zip(row[1:], row[:-1], strict=True)]
    expected = math.sqrt(np.mean(along) + np.mean(down))
    assert sf([], fused) == pytest.approx(expected, rel=1e-12)
