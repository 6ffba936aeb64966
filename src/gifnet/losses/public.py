"""The public loss: the reconstruction branch is held to the visible picture (Eq. 5-7)."""

from typing import Literal

from torch import Tensor
from torch.nn import functional

from gifnet.losses.ssim import multi_scale_ssim, ssim

Similarity = Literal["ms-ssim", "ssim"]


def public_loss(
    reconstruction: Tensor, visible: Tensor, *, similarity: Similarity = "ms-ssim"
) -> Tensor:
    """Compute [1 - MS-SSIM(R, V)] + MSE(R, V).

    The published run takes the multi-scale SSIM where Eq. 7 has the plain one (D6).

    Args:
        reconstruction: (B, 1, H, W) in [-1, 1].
        visible: (B, 1, H, W) in [0, 1].
        similarity: That of the published run, or the paper's plain SSIM.

    Returns:
        A scalar tensor.
    """
    measure = multi_scale_ssim if similarity == "ms-ssim" else ssim
    return 1 - measure(reconstruction, visible) + functional.mse_loss(reconstruction, visible)
