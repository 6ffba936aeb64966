"""The one convolution that all parts share: 3x3, reflect padding, output as large as the input."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def reflect_convolution(in_channels: int, out_channels: int) -> nn.Conv2d:
    """Make a 3x3 convolution with reflect padding 1.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.

    Returns:
        A module from (B, in_channels, H, W) to (B, out_channels, H, W), H and W at least 2.
    """
    return nn.Conv2d(in_channels, out_channels, 3, padding=1, padding_mode="reflect")


def convolution_stack(widths: Sequence[int]) -> nn.Sequential:
    """Make a chain of reflect convolutions with ReLU between them and tanh at the end.

    Args:
        widths: Channels from the input to the output; one convolution for each step.

    Returns:
        A module from (B, widths[0], H, W) to (B, widths[-1], H, W) in [-1, 1].
    """
    layers: list[nn.Module] = []
    for in_channels, out_channels in pairwise(widths):
        layers += [reflect_convolution(in_channels, out_channels), nn.ReLU()]
    layers[-1] = nn.Tanh()
    return nn.Sequential(*layers)
