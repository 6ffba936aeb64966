"""What the readers of the formats hand on."""

from dataclasses import dataclass, field

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.metadata import Metadata

MAXIMUM_PIXELS = 178_956_970
"""Pictures with more pixels are refused unread: a small file can unpack to fill the memory."""


class RefusedError(Exception):
    """A picture that is not damaged, but that we do not read; the message says why.

    It becomes an ``ImageFileError``, with the name of the file before it.
    """


@dataclass(frozen=True)
class Decoded:
    """A picture as stored: not yet turned upright.

    Attributes:
        pixels: (H, W) or (H, W, 3), uint8, uint16 or float32.
        alpha: (H, W), of the same dtype, or None.
        format: PNG, JPEG, TIFF, BMP, WEBP or EXR.
        orientation: 1 to 8, as the EXIF standard has it.
        metadata: not yet made true for upright pixels.
        samples: what a sample is, in words.
        lost: what of the file is not read, in words for a warning.
    """

    pixels: Picture
    alpha: Picture | None
    format: str
    orientation: int = 1
    metadata: Metadata = field(default_factory=Metadata)
    samples: str = "8-bit"
    lost: str | None = None


def require_few_pixels(width: int, height: int) -> None:
    """Refuse a picture by its header, before memory is taken for it.

    Args:
        width: in pixels.
        height: in pixels.

    Raises:
        RefusedError: there are more than ``MAXIMUM_PIXELS``.
    """
    if width * height > MAXIMUM_PIXELS:
        raise RefusedError(
            f"expected at most {MAXIMUM_PIXELS} pixels, got more; crop it or make it smaller"
        )


def refuse_frames(count: int) -> RefusedError:
    """Make the error for files of several pictures.

    Args:
        count: how many there are.

    Returns:
        The error.
    """
    return RefusedError(
        f"expected one picture, got an animation or a file of {count} pages; "
        "export the one you want to a file of its own"
    )
