"""Eight-bit PNG, JPEG, BMP and WebP files, read by Pillow."""

import math
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from gifnet.imaging.metadata.exif import orientation_of, without_prefix
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.metadata.xmp import xmp_orientation
from gifnet.imaging.reading.decoded import (
    Decoded,
    RefusedError,
    refuse_frames,
    require_few_pixels,
)

_IPTC_RESOURCE = 0x0404
_GREY_MODES = {"1", "L", "LA", "La"}
_COLOUR_MODES = {"P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr"}


def read_eight_bit(
    stream: BinaryIO, formats: list[str], metadata: Metadata | None = None
) -> Decoded:
    """Read a picture of at most eight bits a sample.

    Args:
        stream: the file, at its beginning.
        formats: the names of the formats that it may have.
        metadata: what the file says beside its pixels, if that is known; else Pillow finds it.

    Returns:
        The picture: a palette is looked up, a transparent colour becomes alpha.

    Raises:
        RefusedError: it is too large, animated, or of other colours than grey and RGB.
        Exception: nearly any other, if the file is damaged.
    """
    picture = PillowImage.open(stream, formats=formats)
    with picture:
        require_few_pixels(picture.width, picture.height)
        # A camera's JPEG may carry a second picture (MPO), for example a preview: the first one
        # is the photograph.
        is_jpeg = picture.format in {"JPEG", "MPO"}
        frames = 1 if is_jpeg else getattr(picture, "n_frames", 1)
        if frames > 1:
            raise refuse_frames(frames)
        if picture.mode not in _GREY_MODES | _COLOUR_MODES:
            raise _unfit_mode(picture.mode)
        picture.load()
        metadata = metadata or _metadata(picture.info)
        pixels, alpha = _split_alpha(picture)
    return Decoded(
        pixels,
        alpha,
        "JPEG" if is_jpeg else str(picture.format),
        orientation_of(metadata.exif) or xmp_orientation(metadata.xmp) or 1,
        metadata,
    )


def valid_dpi(dpi: Any) -> tuple[float, float] | None:
    """Take a resolution if it is one.

    Args:
        dpi: anything.

    Returns:
        Two finite numbers above 0, or None.
    """
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    good = all(math.isfinite(value) and 0 < value < 1e6 for value in (across, down))
    return (across, down) if good else None


def _metadata(info: dict[Any, Any]) -> Metadata:
    texts = {key: info.get(key) for key in ("exif", "xmp", "icc_profile")}
    kept = {key: value if isinstance(value, bytes) else None for key, value in texts.items()}
    return Metadata(
        exif=without_prefix(kept["exif"]),
        xmp=kept["xmp"] or None,
        icc=kept["icc_profile"] or None,
        iptc=_iptc(info.get("photoshop")),
        dpi=valid_dpi(info.get("dpi")),
    )


def _iptc(resources: Any) -> bytes | None:
    """Of the blocks that Photoshop invented for JPEG, the one that everybody reads."""
    content = resources.get(_IPTC_RESOURCE) if isinstance(resources, dict) else None
    return content if isinstance(content, bytes) and content else None


def _split_alpha(
    picture: PillowImage.Image,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    is_grey = picture.mode in _GREY_MODES
    if not picture.has_transparency_data:
        return _to_array(picture.convert("L" if is_grey else "RGB")), None
    values = _to_array(picture.convert("RGBA"))
    pixels = values[..., 0] if is_grey else values[..., :3]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(values[..., 3])


def _to_array(picture: PillowImage.Image) -> NDArray[np.uint8]:
    return np.array(picture, dtype=np.uint8)


def _unfit_mode(mode: str) -> RefusedError:
    four_bands = " (or four bands of another kind)" if mode == "CMYK" else ""
    return RefusedError(
        f"expected grey or RGB, got {mode} colours{four_bands}; convert it to RGB in a "
        "program that knows its colour profile"
    )
