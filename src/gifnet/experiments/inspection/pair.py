"""The pair that is looked into: read, ordered and reduced as said."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from gifnet.errors import SettingError
from gifnet.imaging.arrays import (
    FloatArray,
    describe_size,
    require_minimum_size,
    require_same_size,
)
from gifnet.imaging.files import read_image
from gifnet.inference.guess import settle_application
from gifnet.inference.prepare import prepare
from gifnet.inference.settings import parse_setting
from gifnet.inference.source_order import should_swap
from gifnet.inference.sources import Source
from gifnet.model.config import MINIMUM_SIZE
from gifnet.tasks import Application

logger = logging.getLogger(__name__)

_WHOLE = (slice(None), slice(None))


@dataclass(frozen=True)
class Point:
    """A pixel of a picture, from 0 at the left and the top."""

    x: int
    y: int


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sources as the network sees them.

    Attributes:
        files: in the order that the network takes them.
        lumas: of the sources in that order, (H, W) in [0, 1]; reduced if they were too large.
        size: height and width of the pictures as they are in the files.
    """

    files: tuple[Path, Path]
    lumas: tuple[FloatArray, FloatArray]
    size: tuple[int, int]

    @property
    def reduced_size(self) -> tuple[int, int]:
        """Height and width of the lumas."""
        height, width = self.lumas[0].shape
        return height, width

    @property
    def is_reduced(self) -> bool:
        """Whether the lumas are smaller than the pictures."""
        return self.reduced_size != self.size

    def place_of(self, point: Point) -> Point:
        """Find the pixel of the lumas that shows a pixel of the pictures.

        Args:
            point: of the pictures as they are in the files.

        Returns:
            The pixel of the lumas.

        Raises:
            SettingError: the pictures have no such pixel.
        """
        height, width = self.size
        if not (0 <= point.x < width and 0 <= point.y < height):
            raise SettingError(
                f"expected a pixel of the pictures, x 0 to {width - 1} and y 0 to {height - 1}, "
                f"got {point.x},{point.y}; count from the left and from the top"
            )
        rows, columns = self.reduced_size
        return Point(point.x * columns // width, point.y * rows // height)


def read_pair(
    source_a: Path, source_b: Path, *, application: str | Application, longest: int
) -> Pair:
    """Read two pictures and make the lumas that ``gifnet fuse`` would give to the network.

    Args:
        source_a: the first picture file.
        source_b: the second, of the same size.
        application: what the pair shows; sets the order as in ``Fuser.fuse``.
        longest: side of the lumas in pixels; larger pictures are reduced to it, by area.

    Returns:
        The pair.

    Raises:
        ImageFileError: a file cannot be read.
        ImageSizeError: the sizes differ, or are too small.
        SettingError: there is no such application.
    """
    application = parse_setting(Application, application)
    files = source_a, source_b
    images = [read_image(file) for file in files]
    require_same_size(
        images[0].pixels.shape, images[1].pixels.shape, names=(str(files[0]), str(files[1]))
    )
    height, width = images[0].pixels.shape[:2]
    require_minimum_size((height, width), minimum=MINIMUM_SIZE, name=str(source_a))
    pictures = prepare(images).pictures
    first, second = (
        Source(picture, name=str(file)) for picture, file in zip(pictures, files, strict=True)
    )
    application = settle_application(application, first, second, lut=False)
    if should_swap(application, first.look, second.look):
        logger.info("%s: the second source is taken first, as published", application)
        first, second = second, first
        files = source_b, source_a
    rows, columns = reduced(height, width, longest)
    require_minimum_size((rows, columns), minimum=MINIMUM_SIZE, name=f"{source_a} as reduced")
    if (rows, columns) != (height, width):
        logger.warning(
            "the pictures of %s are reduced to %s, and all maps are of that size; --limit says how "
            "large they may be",
            describe_size((height, width)),
            describe_size((rows, columns)),
        )
    lumas = tuple(_resized(source.luma(_WHOLE), rows, columns) for source in (first, second))
    return Pair(files, (lumas[0], lumas[1]), (height, width))


def reduced(height: int, width: int, longest: int) -> tuple[int, int]:
    """Find the size that fits: both sides by the same factor, or as they are.

    Args:
        height: in pixels.
        width: in pixels.
        longest: of both sides.
    """
    factor = min(longest / max(height, width), 1.0)
    return max(round(height * factor), 1), max(round(width * factor), 1)


def _resized(luma: FloatArray, rows: int, columns: int) -> FloatArray:
    if luma.shape == (rows, columns):
        return luma
    # The mean of the area that a pixel covers: nothing overshoots [0, 1], and nothing is aliased.
    image = PillowImage.fromarray(luma).resize((columns, rows), PillowImage.Resampling.BOX)
    return np.array(image, np.float32)
