"""Weights under measurement, and pages of what they make of the development sets."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifnet.checkpoints import WeightsDescription, describe_weights
from gifnet.imaging.files import write_image
from gifnet.inference import Fuser
from measure_weights.code_digest import fusing_digest
from measure_weights.development_sets import Levels, Pair
from measure_weights.kept_fuser import KeptFuser

KEPT = "kept"
"""Folder of what was fused, in a folder of the weights and of all else that it depends on."""


@dataclass(frozen=True)
class Measured:
    """Weights under measurement."""

    fuser: KeptFuser
    description: WeightsDescription
    folder: Path | None
    """Where pages are written; None writes none."""

    @classmethod
    def of(cls, weights: str, *, device: str, precision: str, folder: Path | None) -> "Measured":
        """Load weights.

        Args:
            weights: A file, or the name of weights of the package.
            device: As for ``Fuser``.
            precision: As for ``Fuser``.
            folder: For what was fused and for pages. Each set of weights, device, precision and
                state of the code has a folder of its own in it.
        """
        description = describe_weights(weights)
        fuser = Fuser(weights, device, precision)
        if folder:
            parts = (description.sha256[:12], fuser.device, fuser.precision, fusing_digest())
            folder = folder / "-".join(parts)
        kept = KeptFuser(fuser, folder / KEPT if folder else None)
        return cls(kept, description, folder)

    def fuse(self, pair: Pair, *, exchanged: bool = False) -> Levels:
        """Fuse a pair to 8 bits."""
        sources = (pair.b, pair.a) if exchanged else (pair.a, pair.b)
        return np.asarray(self.fuser.fuse(*sources), np.uint8)


def side_by_side(folder: Path, chosen: str, pair: Pair, results: dict[str, Levels]) -> Path:
    """Write sources and results at full size on one page, two abreast.

    Args:
        folder: Where pages go, in a folder of the set.
        chosen: Name of the set.
        pair: The sources; each page starts with them.
        results: Name -> fused picture, from left to right.
    """
    from PIL import Image, ImageDraw, ImageFont

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
