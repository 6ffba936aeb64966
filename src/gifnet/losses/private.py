"""The private losses of the two tasks (Eq. 8-11), and the terms that our recipes add."""

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


def absolute_loss(fused: Tensor, sharp: Tensor) -> Tensor:
    """Compute the mean absolute difference to the truth, for recipes that ask for it (D10).

    Args:
        fused: (B, 1, H, W) in [0, 1].
        sharp: The all-in-focus picture, (B, 1, H, W) in [0, 1].

    Returns:
        A scalar tensor.
    """
    return functional.l1_loss(fused, sharp)


def strongest_gradient_loss(fused: Tensor, source_a: Tensor, source_b: Tensor) -> Tensor:
    """Hold each derivative of the fused picture to the stronger of the two sources' (D10).

    The sign is kept, so that an edge comes out with the direction that it has in its source.

    Args:
        fused: (B, 1, H, W) in [0, 1].
        source_a: (B, 1, H, W) in [0, 1].
        source_b: (B, 1, H, W) in [0, 1].

    Returns:
        A scalar tensor: the mean absolute difference, over both directions.
    """
    loss = fused.new_zeros(())
    for dimension in (-1, -2):
        derivative_a, derivative_b = source_a.diff(dim=dimension), source_b.diff(dim=dimension)
        stronger = torch.where(derivative_a.abs() >= derivative_b.abs(), derivative_a, derivative_b)
        loss = loss + functional.l1_loss(fused.diff(dim=dimension), stronger)
    return loss / 2
