"""What is measured and looked at during a run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.data.defocus import make_focus_pair
from gifnet.data.folders import Scene
from gifnet.errors import ImageSizeError
from gifnet.imaging import (
    contact_sheet,
    describe_size,
    read_image,
    rgb_to_ycbcr,
    to_float,
    write_image,
)
from gifnet.imaging.arrays import Picture as AnyPicture
from gifnet.inference import Fuser
from gifnet.metrics import ag, psnr, ssim
from gifnet.model import GIFNet
from gifnet.tasks import Application, Task
from gifnet.training.config import PanelPair, ValidationConfig
from gifnet.training.divergence import require_pictures

_SEED = 20_250_611
_SIDE = 160
_MOST_PAIRS = 24
_MOST_PANEL_SCENES = 4

Picture = NDArray[np.float32]
Pixels = AnyPicture


class Validation:
    """Fuses held-out focus pairs with known truth, and a panel of real pairs.

    Where the configuration names no panel, held-out infrared and visible pictures are it.

    Args:
        config: What to look at.
        scenes: Scenes that the training does not see.
        run: Folder of the run; panels go to its ``panels``.
        main: The task whose branch is main.

    Raises:
        ImageFileError: A picture of the panel cannot be read.
        ImageSizeError: The two pictures of a pair differ in size.
    """

    def __init__(
        self,
        config: ValidationConfig,
        scenes: Sequence[Scene],
        run: Path,
        main: Task = Task.DIGITAL_PHOTOGRAPHY,
    ) -> None:
        self.main = main
        generator = np.random.default_rng(_SEED)
        chosen = scenes[:: max(1, len(scenes) // _MOST_PAIRS)][:_MOST_PAIRS]
        self.truths = [
            _middle(scene.visible, _SIDE).astype(np.float32) / np.float32(255) for scene in chosen
        ]
        self.pairs = [make_focus_pair(generator, truth) for truth in self.truths]
        self.panel = [_read_pair(entry, config.panel_side) for entry in config.panel]
        self.panel = self.panel or _panel_of_scenes(scenes, config.panel_side)
        self.panels = run / "panels"

    def run(self, network: GIFNet, step: int) -> dict[str, float]:
        """Measure the network and draw the panel.

        Args:
            network: In evaluation mode, on the CPU.
            step: Steps done, for the panel's name.

        Returns:
            ``focus_psnr`` and ``average_psnr``, mean over the pairs in dB, of the fused picture
            and of the plain average of its sources; ``focus_ssim``; ``focus_gradient``, the fused
            picture's average gradient over the truth's (1 is right); ``flat_shift``, the largest
            change of a flat pair's value. For each pair of the panel its ``ag`` and its ``ssim``,
            the mean over its sources, on luma.

        Raises:
            ConfigError: The network answers every pair with one level.
        """
        fuser = Fuser.from_model(network, device="cpu", main=self.main)
        focused = [
            fuser.fuse(pair.near, pair.far, application=Application.GENERAL) for pair in self.pairs
        ]
        require_pictures(focused, step=step)
        values = self._focus(focused)
        values["flat_shift"] = max(_flat_shift(fuser, value / 4) for value in range(5))
        for name, source_a, source_b in self.panel:
            sources = [_luma(source_a), _luma(source_b)]
            fused = fuser.fuse(*sources, application=Application.GENERAL)
            values[f"{name}/ag"] = ag(sources, fused, data_range=1)
            values[f"{name}/ssim"] = ssim(sources, fused, data_range=1)
        self._draw(fuser, focused, self.panels / f"step_{step:06d}.png")
        return values

    def _focus(self, focused: Sequence[AnyPicture]) -> dict[str, float]:
        rows = []
        for truth, pair, fused in zip(self.truths, self.pairs, focused, strict=True):
            average = (pair.near + pair.far) / 2
            rows.append(
                (
                    psnr([truth], fused, data_range=1),
                    psnr([truth], average, data_range=1),
                    ssim([truth], fused, data_range=1),
                    ag([], fused) / max(ag([], truth), 1e-6),
                )
            )
        names = ("focus_psnr", "average_psnr", "focus_ssim", "focus_gradient")
        return dict(zip(names, map(float, np.mean(rows, axis=0)), strict=True))

    def _draw(self, fuser: Fuser, focused: Sequence[AnyPicture], file: Path) -> None:
        """Draw the sources and the result of the panel and of the first focus pairs."""
        rows = [
            contact_sheet.Row(name, [("A", a), ("B", b), ("fused", fuser.fuse(a, b))])
            for name, a, b in self.panel
        ]
        for pair, fused in zip(self.pairs[:2], focused[:2], strict=True):
            pictures = [("A", pair.near), ("B", pair.far), ("fused", fused)]
            rows.append(contact_sheet.Row("focus", pictures))
        file.parent.mkdir(exist_ok=True)
        write_image(file, contact_sheet.contact_sheet(rows))


def _read_pair(entry: PanelPair, side: int) -> tuple[str, Pixels, Pixels]:
    source_a, source_b = (read_image(file).pixels for file in (entry.source_a, entry.source_b))
    if source_a.shape[:2] != source_b.shape[:2]:
        raise ImageSizeError(
            f"validation.panel {entry.name!r}: expected two pictures of one size, got "
            f"{describe_size(source_a.shape)} in {entry.source_a} and "
            f"{describe_size(source_b.shape)} in {entry.source_b}"
        )
    return entry.name, _middle(source_a, side), _middle(source_b, side)


def _panel_of_scenes(scenes: Sequence[Scene], side: int) -> list[tuple[str, Pixels, Pixels]]:
    """A few pairs from all over the scenes, with a number that tells namesakes apart."""
    pairs = [(s.name, s.infrared, s.visible) for s in scenes if s.infrared is not None]
    places = np.linspace(0, len(pairs) - 1, min(len(pairs), _MOST_PANEL_SCENES)).round()
    chosen = [pairs[int(place)] for place in places]
    return [
        (f"{number} {name}", _middle(infrared, side), _middle(visible, side))
        for number, (name, infrared, visible) in enumerate(chosen, start=1)
    ]


def _luma(picture: Pixels) -> Picture:
    values = to_float(picture, name="a panel picture")
    return np.clip(rgb_to_ycbcr(values)[0], 0, 1) if values.ndim == 3 else values


def _flat_shift(fuser: Fuser, value: float) -> float:
    flat = np.full((32, 32), value, np.float32)
    return float(np.abs(fuser.fuse(flat, flat) - value).max())


def _middle(picture: Pixels, side: int) -> Pixels:
    height, width = (min(side, length) for length in picture.shape[:2])
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return picture[top : top + height, left : left + width]
