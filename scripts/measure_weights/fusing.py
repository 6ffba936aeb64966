"""Fused pictures of the development sets, kept in a folder where there is one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gifnet.checkpoints import WeightsDescription, describe_weights
from gifnet.imaging.files import write_image
from gifnet.inference import Fuser
from measure_weights.development_sets import Levels, Pair


@dataclass(frozen=True)
class Measured:
    """Weights under measurement."""

    fuser: Fuser
    description: WeightsDescription
    folder: Path | None
    """Where its fused pictures are kept; None keeps none."""

    @classmethod
    def of(
        cls, weights: str, *, device: str, precision: str, pictures: Path | None, side: int | None
    ) -> "Measured":
        """Load weights.

        Args:
            weights: A file, or the name of weights of the package.
            device: As for ``Fuser``.
            precision: As for ``Fuser``.
            pictures: Folder for fused pictures; they go to a folder of the weights' digest in it,
                so that other weights never meet them.
            side: Side that pictures are reduced to, which has pictures of its own.
        """
        description = describe_weights(weights)
        settings = [description.sha256[:12], precision, *([f"side{side}"] if side else [])]
        folder = pictures / "-".join(settings) if pictures else None
        return cls(Fuser(weights, device, precision), description, folder)

    def fuse(self, chosen: str, pair: Pair, *, exchanged: bool = False) -> Levels:
        """Fuse a pair to 8 bits, or take the picture that an earlier run made of it."""
        file = None
        if self.folder:
            file = self.folder / chosen / f"{pair.name}{'-exchanged' if exchanged else ''}.png"
            if file.is_file():
                with Image.open(file) as picture:
                    return np.asarray(picture, np.uint8)
        sources = (pair.b, pair.a) if exchanged else (pair.a, pair.b)
        fused = np.asarray(self.fuser.fuse(*sources), np.uint8)
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_image(file, fused)
        return fused


def side_by_side(folder: Path, chosen: str, pair: Pair, results: dict[str, Levels]) -> Path:
    """Write sources and results at full size on one page, two abreast.

    Args:
        folder: Where pages go, in a folder of the set.
        chosen: Name of the set.
        pair: The sources; each page starts with them.
        results: Name -> fused picture, from left to right.
    """
    from PIL import ImageDraw, ImageFont

    pictures = {"first source": pair.a, "second source": pair.b, **results}
    height, width = pair.a.shape
    font, line = ImageFont.load_default(16), 24
    rows = (len(pictures) + 1) // 2
    page = Image.new("L", (2 * width + 8, rows * (height + line)), 255)
    draw = ImageDraw.Draw(page)
    for index, (name, picture) in enumerate(pictures.items()):
        left, top = (width + 8) * (index % 2), (height + line) * (index // 2)
        draw.text((left + 2, top + 2), name, 0, font)
        page.paste(Image.fromarray(picture), (left, top + line))
    file = folder / "side-by-side" / chosen / f"{pair.name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_image(file, np.asarray(page))
    return file
