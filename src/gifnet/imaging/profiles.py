"""Bringing the colours of one picture into the profile of another."""

from io import BytesIO

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageCms

from gifnet.imaging.arrays import Picture
from gifnet.imaging.depth import opaque_value
from gifnet.imaging.metadata.icc import (
    MatrixProfile,
    colour_space,
    convert_rgb,
    have_same_effect,
    read_matrix_profile,
    srgb,
)

_STRIP = 2**19
"""Samples that are converted in one go."""


class UnfitProfileError(Exception):
    """Colours that cannot be converted; the message says why."""


def convert_profile(pixels: Picture, source: bytes | None, target: bytes | None) -> Picture:
    """Convert a picture from one colour profile to another, relative to the media's white.

    Args:
        pixels: (H, W) or (H, W, 3), uint8, uint16 or float32.
        source: the picture's profile; None is sRGB.
        target: the profile to convert to; None is sRGB.

    Returns:
        The same shape and dtype. The same array if it is grey, if either profile is for other
        colours than RGB, or if both show all colours alike.

    Raises:
        UnfitProfileError: the profile is made of tables and the picture deeper than 8 bits, or
            float values outside [0, 1] would have to pass a curve.
    """
    of_rgb = all(profile is None or colour_space(profile) == "RGB" for profile in (source, target))
    if pixels.ndim == 2 or source == target or not of_rgb:
        return pixels
    pair = _matrix(source), _matrix(target)
    if pair[0] is None or pair[1] is None:
        return _by_tables(pixels, source, target)
    if have_same_effect(pair[0], pair[1]):
        return pixels
    return _by_matrix(pixels, pair[0], pair[1])


def _matrix(profile: bytes | None) -> MatrixProfile | None:
    return srgb() if profile is None else read_matrix_profile(profile)


def _by_matrix(pixels: Picture, source: MatrixProfile, target: MatrixProfile) -> Picture:
    largest = opaque_value(pixels.dtype)
    is_float = pixels.dtype.kind == "f"
    converted: Picture = np.empty_like(pixels)
    rows = max(_STRIP // max(pixels[:1].size, 1), 1)
    curved = not (source.is_linear and target.is_linear)
    for top in range(0, len(pixels), rows):
        values = pixels[top : top + rows].astype(np.float64) / largest
        known = values[np.isfinite(values)]
        if is_float and curved and known.size and (known.min() < 0.0 or known.max() > 1.0):
            raise UnfitProfileError("its float values leave [0, 1], for which a curve says nothing")
        result = convert_rgb(values, source, target)
        if is_float:
            # What is not measured stays so.
            result = np.where(np.isfinite(values), result, values)
            converted[top : top + rows] = result
        else:
            converted[top : top + rows] = np.rint(np.clip(result, 0.0, 1.0) * largest)
    return converted


def _by_tables(pixels: Picture, source: bytes | None, target: bytes | None) -> Picture:
    if pixels.dtype != np.uint8:
        raise UnfitProfileError("its profile is made of tables, which are applied to 8 bits only")
    try:
        opened = [
            ImageCms.createProfile("sRGB") if icc is None else ImageCms.getOpenProfile(BytesIO(icc))
            for icc in (source, target)
        ]
        picture = ImageCms.profileToProfile(
            PillowImage.fromarray(np.ascontiguousarray(pixels)),
            opened[0],
            opened[1],
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, OSError, TypeError) as error:
        raise UnfitProfileError(f"its profile is damaged ({error})") from None
    return np.array(picture, np.uint8)
