"""S-Enc: the shared encoder, the first box of the paper's Fig. 3."""

import torch
from torch import Tensor, nn

from gifnet.model.convolution import reflect_convolution


class SharedEncoder(nn.Module):
    """Three densely connected convolutions over a pair of sources (Sec. 3.2).

    Args:
        width: Output channels of each convolution (32 as published).
        depth: Number of convolutions (3 as published).
    """

    def __init__(self, *, width: int = 32, depth: int = 3) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            reflect_convolution(2 + index * width, width) for index in range(depth)
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
        features = torch.cat([source_a, source_b], dim=1)
        for convolution in self.convolutions:
            features = torch.cat([features, torch.relu(convolution(features))], dim=1)
        return features
