"""G-Dec: the global decoder, the last box of the paper's Fig. 3."""

from torch import Tensor, nn

from gifnet.model.convolution import convolution_stack


class GlobalDecoder(nn.Module):
    """Turns the gated features into the fused picture (Sec. 3.3).

    Args:
        in_channels: Channels of the gate's output.
        widths: Channels of the hidden convolutions.
    """

    def __init__(self, *, in_channels: int = 128, widths: tuple[int, ...] = (64, 32, 16)) -> None:
        super().__init__()
        self.stack = convolution_stack([in_channels, *widths, 1])

    def forward(self, gated_features: Tensor) -> Tensor:
        """Decode the fused picture.

        Args:
            gated_features: (B, C, H, W).

        Returns:
            The fused picture, (B, 1, H, W) in [0, 1].
        """
        fused: Tensor = self.stack(gated_features)
        return fused / 2 + 0.5
