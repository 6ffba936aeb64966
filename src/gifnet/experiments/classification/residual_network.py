"""The residual networks of He et al. for pictures of 32 x 32."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_WIDTHS = (16, 32, 64)


class Block(nn.Module):
    """Two 3x3 convolutions and the way around them (He et al. 2016, Fig. 2).

    Args:
        channels_in: of the features that come.
        channels: of the result; where there are more, the shortcut is filled with zeros
            (option A: no weights).
        stride: 2 halves height and width.
    """

    def __init__(self, channels_in: int, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)
        self.stride = stride
        self.added = channels - channels_in

    def forward(self, features: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels, H / stride, W / stride)."""
        shortcut = features
        if self.stride > 1 or self.added:
            # Every second pixel, and new channels of zeros behind those that are there.
            shortcut = shortcut[:, :, :: self.stride, :: self.stride]
            shortcut = functional.pad(shortcut, [0, 0, 0, 0, 0, self.added])
        residual = functional.relu(self.first_norm(self.first(features)))
        residual = self.second_norm(self.second(residual))
        return functional.relu(shortcut + residual)


class ResidualNetwork(nn.Module):
    """ResNet for CIFAR: a convolution, three stages of n blocks, the mean over space, classes.

    Args:
        depth: 6 n + 2 layers with weights: 20, 32, 44, 56, 110, ...
        classes: how many.
    """

    def __init__(self, *, depth: int, classes: int) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, _WIDTHS[0], 3, 1, 1, bias=False)
        self.entry_norm = nn.BatchNorm2d(_WIDTHS[0])
        blocks: list[Block] = []
        channels = _WIDTHS[0]
        for stage, width in enumerate(_WIDTHS):
            for number in range((depth - 2) // 6):
                stride = 2 if stage and number == 0 else 1
                blocks.append(Block(channels, width, stride=stride))
                channels = width
        self.blocks = nn.Sequential(*blocks)
        self.classify = nn.Linear(channels, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Classify.

        Args:
            pictures: (B, 3, H, W), normalised.

        Returns:
            (B, classes): the logarithms of how likely each is, but for a constant.
        """
        features = functional.relu(self.entry_norm(self.entry(pictures)))
        features = self.blocks(features)
        scores: Tensor = self.classify(features.mean(dim=(2, 3)))
        return scores


def build_residual_network(*, depth: int, classes: int, seed: int) -> ResidualNetwork:
    """Make an untrained network.

    Args:
        depth: 6 n + 2.
        classes: how many.
        seed: of the weights: normal, with He's variance of 2 by the number of inputs.

    Returns:
        The network in training mode.
    """
    network = ResidualNetwork(depth=depth, classes=classes)
    generator = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
