"""The public loss: the reconstruction branch is held to the visible picture (Eq. 5-7)."""

from torch import Tensor
from torch.nn import functional

from gifnet.losses.ssim import multi_scale_ssim


def public_loss(reconstruction: Tensor, visible: Tensor) -> Tensor:
    """Compute [1 - MS-SSIM(R, V)] + MSE(R, V).

    The published run takes the multi-scale SSIM where Eq. 7 has the plain one (D6).

    Args:
        reconstruction: (B, 1, H, W) in [-1, 1].
        visible: (B, 1, H, W) in [0, 1].

    Returns:
        A scalar tensor.
    """
    similarity = multi_scale_ssim(reconstruction, visible)
    return 1 - similarity + functional.mse_loss(reconstruction, visible)
