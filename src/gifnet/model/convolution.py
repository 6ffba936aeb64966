"""The one convolution that all parts share: 3x3, reflect padding, output as large as the input."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


class ReflectConvolution(nn.Conv2d):
    """A 3x3 convolution with reflect padding 1.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1, padding_mode="reflect")

    def forward(self, maps: Tensor) -> Tensor:
        """Filter the maps.

        Args:
            maps: (B, in_channels, H, W), H and W at least 2.

        Returns:
            (B, out_channels, H, W).
        """
        return functional.conv2d(reflect_pad(maps, [1, 1, 1, 1]), self.weight, self.bias)


def reflect_pad(maps: Tensor, padding: Sequence[int]) -> Tensor:
    """Pad by reflection, in the precision of the maps.

    Args:
        maps: (B, C, H, W).
        padding: Pixels on the left, right, top and bottom.

    Returns:
        The padded maps; the maps themselves where nothing is padded.
    """
    if not any(padding):
        return maps
    # Autocast would pad in float32, and copy the maps there and back.
    with torch.autocast(maps.device.type, enabled=False):
        return functional.pad(maps, list(padding), mode="reflect")


def convolution_stack(widths: Sequence[int]) -> nn.Sequential:
    """Make a chain of reflect convolutions with ReLU between them and tanh at the end.

    Args:
        widths: Channels from the input to the output; one convolution for each step.

    Returns:
        A module from (B, widths[0], H, W) to (B, widths[-1], H, W) in [-1, 1].
    """
    layers: list[nn.Module] = []
    for in_channels, out_channels in pairwise(widths):
        layers += [ReflectConvolution(in_channels, out_channels), nn.ReLU()]
    layers[-1] = nn.Tanh()
    return nn.Sequential(*layers)
