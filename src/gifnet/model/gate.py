"""The gating module between the branches and the global decoder (Fig. 3)."""

import torch
from torch import Tensor, nn


class Gate(nn.Module):
    """Joins the shared features and the main branch's features, pixel by pixel (Sec. 3.3).

    Args:
        channels: Channels of the shared and of the main features, each.
        out_channels: Channels handed to the global decoder.
    """

    def __init__(self, *, channels: int = 98, out_channels: int = 128) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.reduce = nn.Conv2d(2 * channels, channels, 1, bias=False)
        self.expand = nn.Conv2d(channels, out_channels, 1, bias=False)

    def forward(self, shared_features: Tensor, main_features: Tensor) -> Tensor:
        """Gate the main features by the shared ones.

        Args:
            shared_features: (B, C, H, W) from the shared encoder.
            main_features: (B, C, H, W), un-embedded and cropped to the picture's size.

        Returns:
            Gated features, (B, out_channels, H, W).
        """
        joined = torch.cat([shared_features, main_features], dim=1)
        gated: Tensor = self.expand(torch.relu(self.reduce(joined)))
        return gated


class MainFeaturesOnly(nn.Module):
    """In place of the gate, for ablations: hands the main branch's features on alone (D21).

    Args:
        channels: Channels of the main features.
    """

    def __init__(self, *, channels: int = 98) -> None:
        super().__init__()
        self.out_channels = channels

    def forward(self, shared_features: Tensor, main_features: Tensor) -> Tensor:  # noqa: ARG002
        """Hand the main features on.

        Args:
            shared_features: Not looked at.
            main_features: (B, C, H, W).

        Returns:
            The main features.
        """
        return main_features
