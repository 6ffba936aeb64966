"""What is measured and looked at during a run."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gifnet.data.defocus import make_focus_pair
from gifnet.data.folders import Scene
from gifnet.losses.ssim import ssim
from gifnet.model import GIFNet
from gifnet.training.config import ValidationConfig

logger = logging.getLogger(__name__)

_SEED = 20_250_611
_SIDE = 160
_MOST_PAIRS = 24

Picture = NDArray[np.float32]


class Validation:
    """Fuses held-out focus pairs with known truth, and a panel of real pairs.

    Args:
        config: What to look at.
        scenes: Scenes that the training does not see.
        run: Folder of the run; panels go to its ``panels``.
    """

    def __init__(self, config: ValidationConfig, scenes: Sequence[Scene], run: Path) -> None:
        self.config = config
        self.panels = run / "panels"
        generator = np.random.default_rng(_SEED)
        chosen = scenes[:: max(1, len(scenes) // _MOST_PAIRS)][:_MOST_PAIRS]
        self.truths = [_centre(scene.visible) for scene in chosen]
        self.pairs = [make_focus_pair(generator, truth) for truth in self.truths]

    def run(self, network: GIFNet, step: int) -> dict[str, float]:
        """Measure the network and draw the panel.

        Args:
            network: In evaluation mode, on the CPU.
            step: Steps done, for the panel's name.

        Returns:
            ``focus_psnr`` and ``average_psnr``, mean over the pairs in dB, of the fused picture
            and of the plain average of its sources; ``focus_ssim``; ``focus_gradient``, the fused
            picture's mean gradient over the truth's (1 is right); ``flat_shift``, the largest
            change of a flat pair's value.
        """
        rows = []
        for truth, pair in zip(self.truths, self.pairs, strict=True):
            fused = _fuse(network, pair.near, pair.far)
            average = (pair.near + pair.far) / 2
            similarity = ssim(_tensor(fused), _tensor(truth)).item()
            rows.append(
                (
                    _psnr(truth, fused),
                    _psnr(truth, average),
                    similarity,
                    _gradient(fused) / max(_gradient(truth), 1e-6),
                )
            )
        means = np.mean(rows, axis=0)
        values = dict(
            zip(
                ("focus_psnr", "average_psnr", "focus_ssim", "focus_gradient"),
                map(float, means),
                strict=True,
            )
        )
        values["flat_shift"] = max(_flat_shift(network, value / 4) for value in range(5))
        return values


def _flat_shift(network: GIFNet, value: float) -> float:
    flat = np.full((32, 32), value, np.float32)
    return float(np.abs(_fuse(network, flat, flat) - value).max())


def _centre(picture: NDArray[np.uint8]) -> Picture:
    height, width = picture.shape
    side = min(height, width, _SIDE)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side].astype(np.float32) / 255


def _tensor(picture: Picture) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture))[None, None]


def _fuse(network: GIFNet, source_a: Picture, source_b: Picture) -> Picture:
    with torch.inference_mode():
        fused = network(_tensor(source_a), _tensor(source_b))
    return np.asarray(fused[0, 0].clamp(0, 1).numpy(), np.float32)


def _psnr(truth: Picture, picture: Picture) -> float:
    error = float(np.mean((truth.astype(np.float64) - picture) ** 2))
    return float(-10 * np.log10(max(error, 1e-12)))


def _gradient(picture: Picture) -> float:
    rows, columns = np.gradient(picture)
    return float(np.mean(np.sqrt((rows**2 + columns**2) / 2)))
