"""S-Enc: the shared encoder, the first box of the paper's Fig. 3."""

import torch
from torch import Tensor, nn

from gifnet.model.convolution import ReflectConvolution


class SharedEncoder(nn.Module):
    """Three densely connected convolutions over a pair of sources (Sec. 3.2).

    Args:
        width: Output channels of each convolution (32 as published).
        depth: Number of convolutions (3 as published).
    """

    def __init__(self, *, width: int = 32, depth: int = 3) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            ReflectConvolution(2 + index * width, width) for index in range(depth)
        )
        self.channels = 2 + depth * width

    def forward(self, source_a: Tensor, source_b: Tensor) -> Tensor:
        """Encode a pair.

        Args:
            source_a: First source, (B, 1, H, W) in [0, 1].
            source_b: Second source, same shape and range.

        Returns:
            Shared features, (B, C, H, W): the pair itself, then each convolution's output.
        """
        features = self._like_the_weights(torch.cat([source_a, source_b], dim=1))
        for convolution in self.convolutions:
            features = torch.cat([features, torch.relu(convolution(features))], dim=1)
        return features

    def _like_the_weights(self, pair: Tensor) -> Tensor:
        """Give the pair the memory layout and the precision of what it is joined with.

        Joined with the convolutions' outputs as it comes, it would make all features plain NCHW
        and float32, and every later layer would copy them.
        """
        device = pair.device.type
        if torch.is_autocast_enabled(device):
            pair = pair.to(torch.get_autocast_dtype(device))
        weight = self.convolutions[0].weight
        if isinstance(weight, Tensor) and not weight.is_contiguous():
            pair = pair.contiguous(memory_format=torch.channels_last)
        return pair
