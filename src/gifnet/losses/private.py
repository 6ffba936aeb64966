"""The private losses of the two tasks (Eq. 8-11), and what recipes may take instead."""

import torch
from torch import Tensor
from torch.nn import functional


def multi_modal_loss(fused: Tensor, infrared: Tensor, visible: Tensor, weights: Tensor) -> Tensor:
    """Compute w_ir * MSE(fused, I) + w_vis * MSE(fused, V) (Eq. 10).

    Args:
        fused: (B, 1, H, W) in [0, 1].
        infrared: (B, 1, H, W) in [0, 1].
        visible: (B, 1, H, W) in [0, 1].
        weights: (2,), w_ir and w_vis, the information weights of the batch; their sum is 1.

    Returns:
        A scalar tensor.
    """
    errors = [functional.mse_loss(fused, source) for source in (infrared, visible)]
    return (weights * torch.stack(errors)).sum()


def digital_photography_loss(fused: Tensor, sharp: Tensor) -> Tensor:
    """Compute MSE(fused, V) (Eq. 11).

    Args:
        fused: (B, 1, H, W) in [0, 1].
        sharp: The all-in-focus picture, (B, 1, H, W) in [0, 1].

    Returns:
        A scalar tensor.
    """
    return functional.mse_loss(fused, sharp)


def held_loss(fused: Tensor, target: Tensor, *, gradient: float = 0.0) -> Tensor:
    """Compute the mean absolute difference to what should come out, and to its derivatives (D10).

    Args:
        fused: (B, 1, H, W) in [0, 1].
        target: (B, 1, H, W) in [0, 1].
        gradient: Weight of the mean absolute difference of the derivatives along rows and columns.

    Returns:
        A scalar tensor.
    """
    difference = fused - target
    loss = difference.abs().mean()
    if gradient:
        slopes = [difference.diff(dim=dimension).abs().mean() for dimension in (-1, -2)]
        loss = loss + gradient * (slopes[0] + slopes[1]) / 2
    return loss
