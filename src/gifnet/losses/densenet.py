"""Features of a frozen DenseNet-121 at five depths, for the information weights (Eq. 8).

Written from the paper "Densely Connected Convolutional Networks" (Huang et al., CVPR 2017),
with parameters named as in torchvision's ``densenet121``, so that its ImageNet weights load.
The final norm and the classifier are left out: nothing here reads them.
"""

import pickle
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional

from gifnet.errors import CheckpointError, ImageSizeError, ImageValueError

TORCHVISION = "torchvision"
"""The path that stands for the ImageNet weights that torchvision itself downloads."""

GROWTH_RATE = 32
BOTTLENECK = 4 * GROWTH_RATE
STEM_CHANNELS = 64
BLOCK_LAYERS = (6, 12, 24, 16)
SMALLEST_SIDE = 29
"""Below this many pixels the last transition has nothing left to pool."""

_UNUSED_KEYS = re.compile(r"^(features\.norm5\.|classifier\.)|\.num_batches_tracked$")
# The file on PyTorch's server still has the names of before 2018, with a dot in them.
_OLD_KEY = re.compile(r"(\.denselayer\d+\.(?:norm|conv))\.([12])\.")
_LISTED_KEYS = 8


class DenseLayer(nn.Module):
    """A 1x1 bottleneck and a 3x3 convolution, both with norm and ReLU before them."""

    def __init__(self, *, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, BOTTLENECK, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(BOTTLENECK)
        self.conv2 = nn.Conv2d(BOTTLENECK, GROWTH_RATE, 3, padding=1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Append the new channels to the ones that came in."""
        bottleneck = self.conv1(functional.relu(self.norm1(features)))
        new_features = self.conv2(functional.relu(self.norm2(bottleneck)))
        return torch.cat([features, new_features], dim=1)


class Transition(nn.Module):
    """Halve the channels with a 1x1 convolution and the sides with 2x2 means."""

    def __init__(self, *, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return (B, C / 2, H / 2, W / 2), sides rounded down."""
        return functional.avg_pool2d(self.conv(functional.relu(self.norm(features))), 2)


class DenseNetFeatures(nn.Module):
    """DenseNet-121 without its head: frozen, and in evaluation mode whatever ``train`` says.

    Source: Huang et al. 2017, Table 1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.ModuleDict()
        self.features["conv0"] = nn.Conv2d(3, STEM_CHANNELS, 7, stride=2, padding=3, bias=False)
        self.features["norm0"] = nn.BatchNorm2d(STEM_CHANNELS)
        channels = STEM_CHANNELS
        for number, layers in enumerate(BLOCK_LAYERS, start=1):
            block = nn.Sequential()
            for layer in range(1, layers + 1):
                block.add_module(f"denselayer{layer}", DenseLayer(channels=channels))
                channels += GROWTH_RATE
            self.features[f"denseblock{number}"] = block
            if number < len(BLOCK_LAYERS):
                self.features[f"transition{number}"] = Transition(channels=channels)
                channels //= 2
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002
        """Stay in evaluation mode: the norms' stored statistics belong to the weights."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Compute the features at five depths, 1/4, 1/8, 1/16, 1/32 and 1/32 of the picture's size.

        Args:
            pictures: (B, 3, H, W), floating point, sides of at least 29 pixels.

        Returns:
            The stem after its pooling (64 channels), the first three dense blocks after their
            transitions (128, 256, 512), the last dense block without the final norm (1024).

        Raises:
            ImageValueError: ``pictures`` is not of shape (B, 3, H, W).
            ImageSizeError: A side is shorter than 29 pixels.
        """
        if pictures.ndim != 4 or pictures.shape[1] != 3:
            raise ImageValueError(
                f"DenseNet features need pictures of shape (B, 3, H, W), got "
                f"{tuple(pictures.shape)}: repeat a grey picture three times"
            )
        if min(pictures.shape[-2:]) < SMALLEST_SIDE:
            raise ImageSizeError(
                f"DenseNet features need pictures of at least {SMALLEST_SIDE}x{SMALLEST_SIDE} "
                f"pixels, got {pictures.shape[-2]}x{pictures.shape[-1]}: use larger patches"
            )
        stem = functional.relu(self.features["norm0"](self.features["conv0"](pictures)))
        depths = [functional.max_pool2d(stem, 3, stride=2, padding=1)]
        for number in range(1, len(BLOCK_LAYERS) + 1):
            block_features = self.features[f"denseblock{number}"](depths[-1])
            if number < len(BLOCK_LAYERS):
                block_features = self.features[f"transition{number}"](block_features)
            depths.append(block_features)
        return depths


def load_densenet(path: str | Path) -> DenseNetFeatures:
    """Read ImageNet weights into a frozen feature extractor.

    Args:
        path: A state dict of torchvision's ``densenet121`` as ``.safetensors``, or as a pickle
            (any other ending; read without running code); or ``"torchvision"`` for the weights
            ``IMAGENET1K_V1`` that an installed torchvision gives.

    Returns:
        The extractor, float32 on the CPU.

    Raises:
        CheckpointError: The file cannot be read, its keys or shapes are not those of
            DenseNet-121 (the message lists them), or torchvision is wanted but not there.
    """
    state = _read_torchvision() if str(path) == TORCHVISION else _read_state(Path(path))
    state = {
        _OLD_KEY.sub(r"\1\2.", key): value
        for key, value in state.items()
        if not _UNUSED_KEYS.search(key)
    }
    extractor = DenseNetFeatures()
    expected = {
        key: value for key, value in extractor.state_dict().items() if not _UNUSED_KEYS.search(key)
    }
    _check_keys(state, expected, path)
    # Not strict only because the norms' batch counters, which nothing reads, are left out.
    extractor.load_state_dict(state, strict=False)
    return extractor


def _read_torchvision() -> dict[str, Tensor]:
    try:
        models = import_module("torchvision.models")
    except ImportError as error:
        raise CheckpointError(
            "DenseNet weights 'torchvision' need the package 'torchvision', which is not "
            "installed: run  pip install torchvision  or give the path of a file with "
            "torchvision's densenet121 weights"
        ) from error
    try:
        weights = models.DenseNet121_Weights.IMAGENET1K_V1
        state: dict[str, Tensor] = models.densenet121(weights=weights).state_dict()
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            f"torchvision could not get its densenet121 weights ({error}): download them "
            "yourself and give the path of the file"
        ) from error
    return state


def _read_state(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise CheckpointError(
            f"DenseNet weights {path}: there is no such file; give a file with torchvision's "
            f"densenet121 weights, or {TORCHVISION!r} where it is installed"
        )
    try:
        state: Any
        if path.suffix == ".safetensors":
            state = safetensors.torch.load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"DenseNet weights {path}: expected a pickled state dict of tensors, but the file "
            "is damaged, or holds other objects, which could run code and is never allowed; save "
            "model.state_dict() instead"
        ) from error
    except (
        safetensors.SafetensorError, OSError, EOFError, BadZipFile,
        RuntimeError, ValueError, KeyError, IndexError, AttributeError, TypeError,
    ) as error:  # fmt: skip
        raise CheckpointError(
            f"DenseNet weights {path}: the file cannot be read ({error}); it may be damaged or "
            "incomplete, so fetch it again"
        ) from error
    if not isinstance(state, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in state.items()
    ):
        raise CheckpointError(
            f"DenseNet weights {path}: expected a dict from names to tensors, got "
            f"{type(state).__name__}; save model.state_dict()"
        )
    return state


def _check_keys(
    state: Mapping[str, Tensor], expected: Mapping[str, Tensor], path: str | Path
) -> None:
    wrong_shapes = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(value.shape)}"
        for key, value in expected.items()
        if key in state and state[key].shape != value.shape
    ]
    findings = {
        "missing": sorted(expected.keys() - state.keys()),
        "unexpected": sorted(state.keys() - expected.keys()),
        "wrong shape": wrong_shapes,
    }
    parts = [
        f"{len(keys)} {what}: {', '.join(keys[:_LISTED_KEYS])}"
        + (", ..." if len(keys) > _LISTED_KEYS else "")
        for what, keys in findings.items()
        if keys
    ]
    if parts:
        raise CheckpointError(
            f"DenseNet weights {path} do not fit torchvision's densenet121: {'; '.join(parts)}. "
            "Give a state dict in torchvision's key layout"
        )
