"""Make examples/pictures from pictures that come with scikit-image (`make pictures`).

Everything is made from three CC0 pictures, in linear light, as a camera would: a lens whose focus
lies on a part of a receding table, a sensor that was exposed for too long or too short, haze.
The pictures' origins and licences are in examples/pictures/SOURCES.md.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import skimage.data
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "pictures"
SEED = 20250227

Picture = npt.NDArray[np.uint8]
"""(H, W) or (H, W, 3), sRGB."""
Light = npt.NDArray[np.float32]
"""(H, W) or (H, W, 3), linear light, 1 is the sensor's white."""
Plane = npt.NDArray[np.float32]
"""(H, W)."""


def to_light(picture: Picture) -> Light:
    """Linear light of a display-referred picture."""
    return (picture.astype(np.float32) / np.float32(255)) ** np.float32(2.2)


def to_picture(light: Light) -> Picture:
    """The 8-bit picture that a camera writes: clipped, gamma, rounded."""
    shown = np.clip(light, 0, 1) ** np.float32(1 / 2.2)
    picture: Picture = np.rint(shown * 255).astype(np.uint8)
    return picture


def disc(radius: float) -> Plane:
    """A lens's circle of confusion with a soft rim, of sum 1."""
    size = int(np.ceil(radius + 1))
    y, x = np.mgrid[-size : size + 1, -size : size + 1].astype(np.float32)
    kernel: Plane = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return kernel / np.float32(kernel.sum())


def defocus(light: Light, radius: Plane) -> Light:
    """Blur every pixel by a disc of its own radius (in pixels).

    The picture is blurred as a whole by a ladder of discs; each pixel mixes its two nearest rungs.
    """
    rungs = np.arange(0, np.ceil(radius.max()) + 1)
    ladder = [light] + [
        cv2.filter2D(light, -1, disc(float(rung)), borderType=cv2.BORDER_REFLECT)
        for rung in rungs[1:]
    ]
    blurred = np.zeros_like(light)
    for rung, level in zip(rungs, ladder, strict=True):
        share = np.clip(1 - np.abs(radius - rung), 0, 1)
        blurred += share[..., None] * level
    return blurred


def table_depth(height: int, width: int) -> Plane:
    """Depth of the coffee table: 0 at the lower right corner, near the lens, 1 at the upper left.

    The table's front edge is tilted in the picture, so are the lines of equal depth. The cup
    stands up from the table: its wall keeps the depth of its foot.
    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / (height - 1), x / (width - 1)
    table = 1 - (0.82 * y + 0.18 * x)
    inside = ((x - 0.48) / 0.2) ** 2 + ((y - 0.32) / 0.3) ** 2
    cup = np.clip((1.05 - inside) / 0.1, 0, 1)
    upright = 0.48 + 0.45 * (table - 0.48)
    depth: Plane = (cup * upright + (1 - cup) * table).astype(np.float32)
    return depth


def focus_pair(sharp: Picture, blur: float = 7.0) -> tuple[Picture, Picture]:
    """Near-focused and far-focused versions of a sharp picture of the coffee table."""
    light = to_light(sharp)
    depth = table_depth(*sharp.shape[:2])
    # The two depths of field meet, so that every point is sharp in at least one picture.
    meet = 0.46
    near = np.clip((depth - meet) / (1 - meet), 0, 1) ** 0.8 * blur
    far = np.clip((meet - depth) / meet, 0, 1) ** 0.8 * blur
    return to_picture(defocus(light, near)), to_picture(defocus(light, far))


def window_light(picture: Picture, bright: float = 1.4, dark: float = -3.2) -> Light:
    """The scene lit by a window on its left, the room behind it in the dark (in stops).

    A finished picture holds less contrast than any sensor; a scene worth a bracket holds more.
    """
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    beyond_the_edge = x / (width - 1) + 0.25 * y / (height - 1) - 0.6
    shade = 1 / (1 + np.exp(-beyond_the_edge / 0.12))
    middle_grey = 0.18
    light = middle_grey * (to_light(picture) / middle_grey) ** 1.15
    lit: Light = (light * 2 ** (bright + (dark - bright) * shade)[..., None]).astype(np.float32)
    return lit


def exposure(scene: Light, stops: float, generator: np.random.Generator) -> Picture:
    """The scene exposed by so many stops more (or less), with the sensor's noise."""
    light = scene * np.float32(2**stops)
    electrons = 1500.0
    shot = generator.normal(size=light.shape) * np.sqrt(light / electrons)
    read = generator.normal(size=light.shape) * 1e-3
    return to_picture((light + shot + read).astype(np.float32))


def dull(sharp: Picture) -> Picture:
    """A slightly soft picture of low contrast, as through a hazy lens."""
    light = to_light(sharp)
    soft = cv2.filter2D(light, -1, disc(1.0), borderType=cv2.BORDER_REFLECT)
    return to_picture(0.04 + 0.76 * soft)


def save(picture: Picture, name: str) -> None:
    path = FOLDER / name
    options = {"quality": 93, "subsampling": 0} if path.suffix == ".jpg" else {"optimize": True}
    Image.fromarray(picture).save(path, **options)
    print(f"{name}: {picture.shape[1]}x{picture.shape[0]}, {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(SEED)
    coffee, cat, photographer = (
        np.asarray(load())
        for load in (skimage.data.coffee, skimage.data.chelsea, skimage.data.camera)
    )

    near, far = focus_pair(coffee)
    save(near, "coffee-near.jpg")
    save(far, "coffee-far.jpg")
    save(coffee, "coffee-sharp.jpg")

    scene = window_light(cat)
    save(exposure(scene, +2.0, generator), "cat-over.jpg")
    save(exposure(scene, -1.4, generator), "cat-under.jpg")

    save(dull(photographer), "camera.png")


if __name__ == "__main__":
    main()
