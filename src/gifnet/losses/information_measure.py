"""How much a batch of pictures tells: the gradient measures of Eq. 8.

A *measure* turns a batch of pictures into one number, the mean squared gradient over five
depths: those of DenseNet-121 as published, or those of a picture pyramid where there are no
ImageNet weights (D7, D8).
"""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.losses.densenet import DenseNetFeatures

DEPTHS = 5
SMALLEST_PYRAMID_SIDE = 4
"""A pyramid ends before a side falls below this many pixels."""


@torch.no_grad()
def gradient_energy(features: Tensor) -> Tensor:
    """Mean squared response to the eight-neighbour gradient, summed over all channels first.

    Args:
        features: (B, C, H, W), floating point, sides of at least 2.

    Returns:
        (B,), float32; in each picture's own scale squared.

    Raises:
        ImageValueError: ``features`` does not have four dimensions.
        ImageSizeError: A side is shorter than 2.

    Source: Eq. 8; the kernel (1/8 around -1), the squares and the sum over channels before
    them are the published run's.
    """
    if features.ndim != 4:
        raise ImageValueError(
            f"gradient energy needs features of shape (B, C, H, W), got {tuple(features.shape)}"
        )
    if min(features.shape[-2:]) < 2:
        raise ImageSizeError(
            f"gradient energy needs sides of at least 2, got {features.shape[-2]}x"
            f"{features.shape[-1]}: use larger patches"
        )
    # Mixed precision would round the differences that are measured here.
    with torch.autocast(features.device.type, enabled=False):
        # The kernel is the same for every channel, so the channels can be summed before it.
        total = features.float().sum(dim=1, keepdim=True)  # (B, 1, H, W)
        kernel = torch.full((1, 1, 3, 3), 1 / 8, device=total.device)
        kernel[..., 1, 1] = -1.0
        gradient = functional.conv2d(functional.pad(total, (1, 1, 1, 1), mode="reflect"), kernel)
        return gradient.square().mean(dim=(1, 2, 3))


class InformationMeasure(Protocol):
    """Tells how much information a batch of pictures holds."""

    @property
    def name(self) -> str:
        """The name under which checkpoints record the measure."""

    def measure(self, pictures: Tensor) -> Tensor:
        """Measure a batch.

        Args:
            pictures: (B, 1, H, W), floating point in [0, 1].

        Returns:
            A scalar, float32: the mean over the batch and the depths.
        """


class DenseNetInformation:
    """Gradients of DenseNet-121 features, as published."""

    name = "densenet"

    def __init__(self, extractor: DenseNetFeatures) -> None:
        self.extractor = extractor

    @torch.no_grad()
    def measure(self, pictures: Tensor) -> Tensor:
        """Measure (B, 1, H, W) in [0, 1], sides of at least 61 pixels, as one scalar.

        Raises:
            ImageValueError: ``pictures`` is not of shape (B, 1, H, W).
            ImageSizeError: The pictures are too small for the deepest features.
        """
        _check_grey(pictures)
        with torch.autocast(pictures.device.type, enabled=False):
            # Three equal channels without ImageNet normalisation, as in the published run.
            depths = self.extractor(pictures.float().expand(-1, 3, -1, -1))
        return torch.stack([gradient_energy(features).mean() for features in depths]).mean()


class PictureInformation:
    """Gradients of the picture itself, halved four times by 2x2 means; needs no network."""

    name = "picture"

    @torch.no_grad()
    def measure(self, pictures: Tensor) -> Tensor:
        """Measure (B, 1, H, W) in [0, 1] as one scalar, with fewer depths where it is tiny.

        Raises:
            ImageValueError: ``pictures`` is not of shape (B, 1, H, W).
            ImageSizeError: A side is shorter than 4 pixels.
        """
        _check_grey(pictures)
        if min(pictures.shape[-2:]) < SMALLEST_PYRAMID_SIDE:
            raise ImageSizeError(
                f"the information measure needs pictures of at least {SMALLEST_PYRAMID_SIDE}x"
                f"{SMALLEST_PYRAMID_SIDE} pixels, got {pictures.shape[-2]}x{pictures.shape[-1]}"
            )
        level = pictures.float()
        energies = [gradient_energy(level).mean()]
        while len(energies) < DEPTHS and min(level.shape[-2:]) >= 2 * SMALLEST_PYRAMID_SIDE:
            level = functional.avg_pool2d(level, 2)
            energies.append(gradient_energy(level).mean())
        return torch.stack(energies).mean()


def _check_grey(pictures: Tensor) -> None:
    if pictures.ndim != 4 or pictures.shape[1] != 1:
        raise ImageValueError(
            "the information measure needs grey pictures of shape (B, 1, H, W), got "
            f"{tuple(pictures.shape)}"
        )
