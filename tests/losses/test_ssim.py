"""The differentiable SSIM and the published run's multi-scale SSIM."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gifnet.losses.public import public_loss
from gifnet.losses.ssim import multi_scale_ssim, ssim
from gifnet.metrics import ssim as metric_ssim

Array = NDArray[np.float64]


def _wave(phase: float, side: int = 48) -> torch.Tensor:
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return (0.5 + 0.3 * torch.sin(rows / 3 + phase) * torch.cos(columns / 5))[None, None]


def _window_terms(a: Array, b: Array, value_range: float) -> tuple[float, float]:
    """SSIM and its contrast term, window by window: no convolution, no separable kernel."""
    size = min(11, *a.shape)
    offsets = np.arange(size) - size // 2
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    similarities, contrasts = [], []
    for top in range(a.shape[0] - size + 1):
        for left in range(a.shape[1] - size + 1):
            x, y = (picture[top : top + size, left : left + size] for picture in (a, b))
            mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
            variance_x = (weights * (x - mean_x) ** 2).sum()
            variance_y = (weights * (y - mean_y) ** 2).sum()
            covariance = (weights * (x - mean_x) * (y - mean_y)).sum()
            contrast = (2 * covariance + c2) / (variance_x + variance_y + c2)
            luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
            similarities.append(luminance * contrast)
            contrasts.append(contrast)
    return float(np.mean(similarities)), float(np.mean(contrasts))


def _five_levels(a: Array, b: Array) -> float:
    """The published run's product, written out term by term."""
    product, last = 1.0, 0.0
    contrasts = []
    for _ in range(5):
        last, contrast = _window_terms(a, b, 2.0 if a.min() < -0.5 else 1.0)
        contrasts.append((contrast + 1) / 2)
        rows, columns = a.shape[0] // 2, a.shape[1] // 2
        a, b = (
            p[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean(axis=(1, 3))
            for p in (a, b)
        )
    for contrast, weight in zip(contrasts[:4], (0.0448, 0.2856, 0.3001, 0.2363), strict=True):
        product *= contrast**weight * ((last + 1) / 2) ** 0.1333
    return product


@pytest.mark.parametrize("lowest", [0.2, -0.7])
def test_five_levels_agree_with_the_formula_written_out(lowest: float) -> None:
    # 48 pixels a side give windows of 11, 11, 11, 6 and 3: an even one is among them
    a, b = _wave(0), _wave(0.9)
    a = a + (lowest - a.min())
    expected = _five_levels(a[0, 0].double().numpy(), b[0, 0].double().numpy())
    assert expected < 0.99
    assert multi_scale_ssim(a, b).item() == pytest.approx(expected, abs=2e-6)


def test_the_public_loss_adds_dissimilarity_and_squared_error() -> None:
    a, b = _wave(0), _wave(0.9)
    x, y = a[0, 0].double().numpy(), b[0, 0].double().numpy()
    expected = 1 - _five_levels(x, y) + np.mean((x - y) ** 2)
    assert public_loss(a, b).item() == pytest.approx(expected, abs=2e-6)


def test_equal_pictures_are_wholly_similar() -> None:
    picture = _wave(0)
    assert ssim(picture, picture).item() == pytest.approx(1, abs=1e-6)
    assert multi_scale_ssim(picture, picture).item() == pytest.approx(1, abs=1e-6)
    assert public_loss(picture, picture).item() == pytest.approx(0, abs=1e-6)


def test_the_loss_agrees_with_the_metric() -> None:
    a, b = _wave(0), _wave(0.7)
    expected = metric_ssim([b[0, 0].numpy()], a[0, 0].numpy(), data_range=1)
    assert ssim(a, b).item() == pytest.approx(expected, abs=1e-5)


def test_a_picture_below_minus_one_half_counts_with_twice_the_range() -> None:
    a, b = _wave(0), _wave(0.7)
    low = a.clone()
    low[0, 0, 0, 0] = -0.6
    # The wider range makes the constants four times as large and the pictures more similar,
    # although one pixel is now further off.
    assert ssim(low, b) > ssim(a, b)


def test_the_smallest_training_patch_has_a_gradient_everywhere() -> None:
    picture = _wave(0, 16).requires_grad_()
    multi_scale_ssim(picture, _wave(1, 16)).backward()  # type: ignore[no-untyped-call]
    assert picture.grad is not None
    assert torch.isfinite(picture.grad).all()
    assert (picture.grad != 0).float().mean() > 0.99


@pytest.mark.shared
@pytest.mark.parametrize(("name", "pictures"), [("ir_vis", "ab"), ("vis_noisy", "bc")])
def test_values_agree_with_the_published_run(shared: Path, name: str, pictures: str) -> None:
    arrays = np.load(shared / "golden" / "losses.npz")
    golden = json.loads((shared / "golden" / "losses.json").read_text())[name]
    first, second = (torch.from_numpy(arrays[key])[None, None] for key in pictures)
    found = {
        "mse": torch.nn.functional.mse_loss(first, second),
        "ssim": ssim(first, second),
        "ms_ssim_normalized": multi_scale_ssim(first, second),
        "ms_ssim": multi_scale_ssim(first, second, mapped=False),
    }
    for key, value in found.items():
        assert value.item() == pytest.approx(golden[key], abs=1e-5), key
