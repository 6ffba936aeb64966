"""Make a small set of the form of CIFAR out of scikit-image's CC0 pictures.

Each class is a picture: 32x32 pieces of its left part are for training, of its right part for
testing. Pieces differ in scale, blur, haze and noise, and have a random tint, so that colour says
nothing. The set proves that `gifnet classify` works; it says nothing about CIFAR or the paper.

    python scripts/make_texture_classes.py OUT
    gifnet classify --data OUT -o results
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage.data
from PIL import Image, ImageFilter

# All stated to be CC0 in the docstrings of their functions in skimage.data.
CLASSES = ("brick", "camera", "cell", "chelsea", "coffee", "grass", "gravel", "retina")
ABOUT = (
    "Pieces of eight pictures of scikit-image: proves the pipeline, says nothing of CIFAR or of "
    "the paper's claim."
)
SIDE = 32
TRAIN_SHARE = 0.6
SEED = 20250227

Picture = npt.NDArray[np.uint8]


def luma_of(name: str) -> Picture:
    """The picture of a class in grey, (H, W)."""
    picture = np.asarray(getattr(skimage.data, name)(), np.uint8)
    return np.asarray(Image.fromarray(picture).convert("L"), np.uint8)


def piece(luma: Picture, generator: np.random.Generator) -> Picture:
    """Cut a piece, and make it as a small, bad camera sees it; (32, 32, 3)."""
    side = int(generator.integers(SIDE, 2 * SIDE))
    top = int(generator.integers(0, luma.shape[0] - side + 1))
    left = int(generator.integers(0, luma.shape[1] - side + 1))
    cut = Image.fromarray(luma[top : top + side, left : left + side])
    small = cut.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    soft = small.filter(ImageFilter.GaussianBlur(generator.uniform(0.4, 1.0)))
    values = np.asarray(soft, np.float64)
    contrast = generator.uniform(0.3, 0.8)
    grey = generator.uniform(90, 165)
    values = grey + contrast * (values - values.mean())
    coloured = values[..., None] + generator.uniform(-25, 25, 3)
    coloured += generator.normal(0, generator.uniform(2, 7), coloured.shape)
    pixels: Picture = np.clip(np.rint(coloured), 0, 255).astype(np.uint8)
    return pixels


def make(folder: Path, *, train: int, test: int, seed: int = SEED) -> None:
    """Write train/CLASS/*.png, test/CLASS/*.png and about.txt.

    Args:
        folder: made if it is not there; pictures of the same names are replaced.
        train: training pictures of each class.
        test: test pictures of each class.
        seed: of all that is random.
    """
    for number, name in enumerate(CLASSES):
        luma = luma_of(name)
        border = round(TRAIN_SHARE * luma.shape[1])
        # No pixel is in both parts.
        parts = {"train": (luma[:, :border], train), "test": (luma[:, border:], test)}
        for which, (part, (area, count)) in enumerate(parts.items()):
            generator = np.random.default_rng([seed, number, which])
            place = folder / part / name
            place.mkdir(parents=True, exist_ok=True)
            for index in range(count):
                Image.fromarray(piece(area, generator)).save(place / f"{index:04d}.png")
    (folder / "about.txt").write_text(ABOUT + "\n", encoding="utf-8")


def main() -> None:
    """Parse the command line and make the set."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=80, help="pictures of each class")
    parser.add_argument("--test", type=int, default=60, help="pictures of each class")
    arguments = parser.parse_args()
    make(arguments.folder, train=arguments.train, test=arguments.test)


if __name__ == "__main__":
    main()
