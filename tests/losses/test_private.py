"""The private losses and the one that recipes may take instead."""

import pytest
import torch

from gifnet.losses.private import (
    digital_photography_loss,
    held_loss,
    multi_modal_loss,
)


def _flat(value: float) -> torch.Tensor:
    return torch.full((2, 1, 8, 8), value)


def test_the_multi_modal_loss_weighs_the_two_squared_errors() -> None:
    loss = multi_modal_loss(_flat(0.5), _flat(0.1), _flat(0.8), torch.tensor([0.25, 0.75]))
    assert loss.item() == pytest.approx(0.25 * 0.16 + 0.75 * 0.09)


def test_the_digital_photography_losses_are_mean_errors() -> None:
    assert digital_photography_loss(_flat(0.5), _flat(0.2)).item() == pytest.approx(0.09)
    assert held_loss(_flat(0.5), _flat(0.2)).item() == pytest.approx(0.3)


def test_the_held_loss_counts_the_derivatives_too() -> None:
    ramp = torch.arange(8.0).expand(1, 1, 8, 8) / 10
    # 0.1 along the rows, nothing along the columns; the mean of the ramp is 0.35
    assert held_loss(ramp, _flat(0.0)[:1]).item() == pytest.approx(0.35)
    assert held_loss(ramp, _flat(0.0)[:1], gradient=2.0).item() == pytest.approx(0.35 + 0.1)
    # A shift has no derivatives.
    assert held_loss(_flat(0.5), _flat(0.2), gradient=2.0).item() == pytest.approx(0.3)
