"""The differentiable SSIM and the published run's multi-scale SSIM."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gifnet.losses.public import public_loss
from gifnet.losses.ssim import multi_scale_ssim, ssim
from gifnet.metrics import ssim as metric_ssim


def _wave(phase: float, side: int = 48) -> torch.Tensor:
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return (0.5 + 0.3 * torch.sin(rows / 3 + phase) * torch.cos(columns / 5))[None, None]


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
