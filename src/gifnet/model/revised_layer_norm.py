"""The revised layer norm: one mean and one deviation for each whole picture."""

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Moments(NamedTuple):
    """The two scalars of each picture that the norm takes over channels and space."""

    mean: Tensor
    """(B, 1, 1, 1), float32."""

    deviation: Tensor
    """(B, 1, 1, 1), float32, positive: the root of variance plus epsilon."""


class Normalised(NamedTuple):
    """What the norm returns: the normalised features and the way back to their scale."""

    features: Tensor
    """(B, C, H, W)."""

    rescale: Tensor
    """(B, C, 1, 1), multiplies what is computed from the features."""

    rebias: Tensor
    """(B, C, 1, 1), is added to it."""


class RevisedLayerNorm(nn.Module):
    """Normalises over channels *and* space, and predicts how to undo it (Sec. 3.3).

    This is the only operation of the network that sees the whole picture.

    Args:
        channels: Channels of the features.
        epsilon: Added to the variance.
    """

    def __init__(self, *, channels: int = 98, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        # Two 1x1 convolutions of a scalar, written as the affine maps that they are, so that
        # reduced precision never rounds the moments.
        self.rescale_weight = nn.Parameter(torch.zeros(channels))
        self.rescale_bias = nn.Parameter(torch.ones(channels))
        self.rebias_weight = nn.Parameter(torch.zeros(channels))
        self.rebias_bias = nn.Parameter(torch.zeros(channels))

    def moments(self, features: Tensor) -> Moments:
        """Measure the two moments of each picture.

        Args:
            features: (B, C, H, W).

        Returns:
            Mean and deviation, computed in float32.
        """
        values = features.float()
        mean = values.mean(dim=(1, 2, 3), keepdim=True)
        variance = (values - mean).square().mean(dim=(1, 2, 3), keepdim=True)
        return Moments(mean, torch.sqrt(variance + self.epsilon))

    def forward(self, features: Tensor, moments: Moments | None = None) -> Normalised:
        """Normalise the features.

        Args:
            features: (B, C, H, W).
            moments: Moments to use instead of the features' own, for a picture computed in tiles.

        Returns:
            The normalised features in the dtype of ``features``, and their way back.
        """
        mean, deviation = self.moments(features) if moments is None else moments
        # (x - m) / s * weight + bias as one scale and one shift for each channel
        scale = _per_channel(self.weight) / deviation
        shift = _per_channel(self.bias) - mean * scale
        rescale = _per_channel(self.rescale_weight) * deviation + _per_channel(self.rescale_bias)
        rebias = _per_channel(self.rebias_weight) * mean + _per_channel(self.rebias_bias)
        dtype = features.dtype
        normalised = torch.addcmul(shift.to(dtype), features, scale.to(dtype))
        return Normalised(normalised, rescale.to(dtype), rebias.to(dtype))


def _per_channel(values: Tensor) -> Tensor:
    """Shape (C,) -> (1, C, 1, 1)."""
    return values.view(1, -1, 1, 1)
