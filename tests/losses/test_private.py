"""The private losses and the terms that recipes add."""

import pytest
import torch

from gifnet.losses.private import (
    absolute_loss,
    digital_photography_loss,
    multi_modal_loss,
    strongest_gradient_loss,
)


def _flat(value: float) -> torch.Tensor:
    return torch.full((2, 1, 8, 8), value)


def test_the_multi_modal_loss_weighs_the_two_squared_errors() -> None:
    loss = multi_modal_loss(_flat(0.5), _flat(0.1), _flat(0.8), torch.tensor([0.25, 0.75]))
    assert loss.item() == pytest.approx(0.25 * 0.16 + 0.75 * 0.09)


def test_the_digital_photography_losses_are_mean_errors() -> None:
    assert digital_photography_loss(_flat(0.5), _flat(0.2)).item() == pytest.approx(0.09)
    assert absolute_loss(_flat(0.5), _flat(0.2)).item() == pytest.approx(0.3)


def test_the_stronger_derivative_wins_with_its_sign() -> None:
    up = torch.arange(8.0).expand(1, 1, 8, 8) / 10
    down = -2 * up
    assert strongest_gradient_loss(down, up, down).item() == pytest.approx(0)
    # against the weaker one: |0.1 - (-0.2)| along the rows, nothing along the columns
    assert strongest_gradient_loss(up, up, down).item() == pytest.approx(0.15)
