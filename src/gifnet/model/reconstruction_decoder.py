"""R-Dec: the decoder of the reconstruction (REC) branch in the paper's Fig. 3."""

from torch import Tensor, nn

from gifnet.model.convolution import convolution_stack


class ReconstructionDecoder(nn.Module):
    """Rebuilds the visible picture from the shared features, in training only (Sec. 3.2).

    Args:
        in_channels: Channels of the shared features.
        widths: Channels of the hidden convolutions.
    """

    def __init__(self, *, in_channels: int = 98, widths: tuple[int, ...] = (64, 32, 16)) -> None:
        super().__init__()
        self.stack = convolution_stack([in_channels, *widths, 1])

    def forward(self, shared_features: Tensor) -> Tensor:
        """Rebuild the visible picture.

        Args:
            shared_features: (B, C, H, W).

        Returns:
            The reconstruction, (B, 1, H, W) in [-1, 1]: a plain tanh, as published (D11).
        """
        reconstruction: Tensor = self.stack(shared_features)
        return reconstruction
