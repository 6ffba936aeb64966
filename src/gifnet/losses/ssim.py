"""SSIM and the multi-scale SSIM of the published run, differentiable, on torch tensors.

These are losses; for evaluation use ``gifnet.metrics``.
"""

import torch
from torch import Tensor
from torch.nn import functional

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW = 11
_SIGMA = 1.5


def ssim(picture: Tensor, reference: Tensor) -> Tensor:
    """Mean SSIM over windows and batch (Wang et al. 2004), without padding.

    Args:
        picture: (B, 1, H, W). Its minimum chooses the range: below -0.5 it counts as [-1, 1],
            otherwise as [0, 1], as in the published run.
        reference: (B, 1, H, W).

    Returns:
        A scalar tensor.
    """
    similarity, _ = _window_means(picture, reference, _value_range(picture))
    return similarity


def multi_scale_ssim(picture: Tensor, reference: Tensor, *, mapped: bool = True) -> Tensor:
    """Compute the five-level SSIM as the published run does.

    The product runs over the contrast terms of the first four levels, *each* multiplied by the
    last level's SSIM term, so that it counts four times.

    Args:
        picture: (B, 1, H, W); see ``ssim`` for the range. H and W at least 16.
        reference: (B, 1, H, W).
        mapped: Whether the terms are mapped by (x + 1) / 2 before the powers, as published.

    Returns:
        A scalar tensor.
    """
    contrasts = []
    similarity = picture.new_zeros(())
    for level in range(len(_WEIGHTS)):
        # The range is taken at each level, from that level's picture.
        similarity, contrast = _window_means(picture, reference, _value_range(picture))
        contrasts.append(contrast)
        if level + 1 < len(_WEIGHTS):
            picture = functional.avg_pool2d(picture, 2)
            reference = functional.avg_pool2d(reference, 2)
    terms = torch.stack(contrasts)
    if mapped:
        terms, similarity = (terms + 1) / 2, (similarity + 1) / 2
    weights = terms.new_tensor(_WEIGHTS)
    return (terms[:-1] ** weights[:-1] * similarity ** weights[-1]).prod()


def _value_range(picture: Tensor) -> Tensor:
    return torch.where(picture.detach().min() < -0.5, 2.0, 1.0)


def _window_means(picture: Tensor, reference: Tensor, value_range: Tensor) -> tuple[Tensor, Tensor]:
    """Mean SSIM and mean contrast-structure term over all windows."""
    height, width = picture.shape[-2:]
    size = min(_WINDOW, height, width)
    kernel = _gaussian(size, picture)
    # Variances do not depend on a shift, but in float32 the squares of small values keep them
    # better: without it the similarity of dark pictures is off by 3e-6.
    shift_a, shift_b = picture.detach().mean(), reference.detach().mean()
    a, b = picture - shift_a, reference - shift_b
    products = [a, b, a**2, b**2, a * b]
    # (5B, 1, H, W): one pass of the separable window over all products
    means = functional.conv2d(torch.cat(products), kernel.view(1, 1, -1, 1))
    means = functional.conv2d(means, kernel.view(1, 1, 1, -1))
    mean_a, mean_b, square_a, square_b, product = means.chunk(5)
    variance_a, variance_b = square_a - mean_a**2, square_b - mean_b**2
    covariance = product - mean_a * mean_b
    mean_a, mean_b = mean_a + shift_a, mean_b + shift_b
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    contrast = (2 * covariance + c2) / (variance_a + variance_b + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return (luminance * contrast).mean(), contrast.mean()


def _gaussian(size: int, like: Tensor) -> Tensor:
    # An even window has its peak at index size // 2, not between two cells.
    offsets = torch.arange(size, device=like.device, dtype=like.dtype) - size // 2
    weights = torch.exp(-(offsets**2) / (2 * _SIGMA**2))
    return weights / weights.sum()
